"""Words of pages that stand in for an article: walls, checks, errors. They only count where the article's own text is missing."""

import re

# Per reason what such pages say, in en, ko, ja, zh, de, fr, es, pt, it, ru, ar. Whole phrases: single words stand in articles too.
_PHRASES = {
    "captcha": (
        r"verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)|i(?:'|’)?m not a robot|not a robot|checking your browser"
        r"|just a moment|complete the (?:captcha|security check)|enter the characters|unusual traffic|captcha"
        r"|보안문자|자동입력 ?방지|로봇이 ?아닙니다|로봇이 아님|비정상적인 접근|画像認証|ロボットではありません|私はロボット|アクセスを確認しています"
        r"|验证码|驗證碼|人机验证|请完成验证|安全验证|kein roboter|sicherheitsüberprüfung|ihr browser wird überprüft|je ne suis pas un robot"
        r"|vérification de sécurité|vérifi\w+ que vous êtes humain|no soy un robot|verific\w+ que (?:eres|es) humano|comprobando su navegador"
        r"|não sou um robô|verific\w+ que você é humano|non sono un robot|verific\w+ di essere umano|я не робот|проверка браузера|введите символы"
        r"|подтвердите, что вы не робот|لست روبوت|التحقق من أنك|رمز التحقق"
    ),
    "login": (
        r"(?:please )?(?:sign|log) ?in (?:or (?:create|register|sign up)[^.]{0,40})?to (?:continue|read|view|access)|to continue reading,? (?:please )?(?:sign|log)"
        r"|already have an account|create (?:a |your )?free account|register (?:for free )?to (?:continue|read)|로그인 ?(?:이 ?필요|후 ?이용|해 ?주세요|하시기)"
        r"|회원 ?가입|ログインしてください|ログインが必要|会員登録|请登录|請登入|登录后|登入後|注册账号|bitte (?:melden sie sich|loggen|einloggen|anmelden)"
        r"|anmelden,? um (?:weiter|fort)|jetzt (?:kostenlos )?registrieren|connectez-vous pour|veuillez vous (?:connecter|identifier)|créez? (?:un|votre) compte"
        r"|inicia(?:r)? sesión para|inicie sesión|regístrese|crea(?:r)? (?:tu|una) cuenta|faça (?:o )?login|entre na sua conta|cadastre-se para"
        r"|accedi per (?:continuare|leggere)|effettua (?:il login|l'accesso)|registrati per|войдите,? чтобы|авторизуйтесь|зарегистрируйтесь"
        r"|سجل الدخول|تسجيل الدخول|إنشاء حساب"
    ),
    "paywall": (
        r"subscrib\w+ to (?:continue|read|keep|unlock|access|view)|(?:for|to) (?:our )?(?:paying )?subscribers(?: only)?|subscriber[- ](?:only|exclusive)"
        r"|(?:unlimited|full) (?:digital )?access|to (?:continue|keep) reading|continue reading (?:with|for)|reached your (?:free )?(?:article )?limit"
        r"|free articles? (?:left|remaining|this month)|unlock this article|already a subscriber|start your (?:free )?trial|구독자 ?전용|유료 ?(?:회원|구독|기사|콘텐츠)"
        r"|구독(?:하기|하시|하고|해)|(?:この|続きを|全文).{0,12}(?:有料|会員限定|お読み|読む)|会員限定|有料会員|购买会员|订阅.{0,8}(?:阅读|全文|解锁)|訂閱.{0,8}(?:閱讀|全文)|付费(?:阅读|内容)|會員專屬"
        r"|(?:nur )?für abonnenten|jetzt (?:abonnieren|weiterlesen)|(?:mit|im) (?:plus|abo|digitalabo)[^.]{0,30}(?:lesen|weiter)|artikel (?:freischalten|weiterlesen)"
        r"|testen sie|réservé aux abonnés|abonnez-vous|déjà abonné|pour lire la suite|solo (?:para )?suscriptores|suscr[ií]b(?:ete|ase)|ya (?:eres|es) suscriptor"
        r"|para seguir leyendo|exclusivo para assinantes|assine (?:para|agora|já)|já é assinante|continue lendo|riservato agli abbonati|abbonati (?:per|ora|subito)"
        r"|già abbonato|per continuare a leggere|только для подписчиков|по подписке|оформите подписку|للمشتركين فقط|اشترك (?:الآن|للقراءة|لمتابعة)"
    ),
    "consent": (
        r"we value your privacy|(?:our|and) \d+ partners|accept (?:all|and continue|cookies)|reject all|manage (?:preferences|cookies|choices|options)"
        r"|(?:use|store|uses) (?:of )?cookies|consent to (?:the )?(?:use|processing)|before you continue|쿠키.{0,20}(?:동의|사용|수락)|개인정보.{0,20}동의"
        r"|クッキー.{0,20}(?:同意|使用|許可)|cookieの(?:使用|利用)|接受(?:所有|全部)?\s*cookie|我们重视您的隐私|使用\s*cookie"
        r"|wir (?:benötigen|brauchen) ihre (?:zustimmung|einwilligung)|alle akzeptieren|cookies? (?:zustimmen|akzeptieren|ablehnen)|verwend\w+ cookies|datenschutz-?einstellungen"
        r"|mit werbung (?:weiter)?lesen|tout (?:accepter|refuser)|accepter et (?:continuer|fermer)|vos préférences|respectons votre vie privée|utilis\w+ (?:des|les) cookies"
        r"|(?:aceptar|rechazar) (?:todo|todas|cookies)|valoramos (?:su|tu) privacidad|utiliza\w* cookies|aceitar (?:todos|tudo|cookies)|valorizamos (?:a )?sua privacidade"
        r"|accetta (?:tutt[oi]|e continua|i cookie)|rifiuta tutt|rispettiamo la tua privacy|utilizz\w+ (?:i )?cookie|принять (?:все|файлы)|использу\w+ (?:файлы )?cookie"
        r"|файлы cookie|قبول (?:الكل|جميع)|ملفات تعريف الارتباط"
    ),
    "blocked": (
        r"access (?:to this (?:page|site|resource) )?(?:is |has been )?denied|you (?:have been|are|were) blocked|request (?:was |has been )?blocked|403 forbidden"
        r"|not available in your (?:country|region|location)|unavailable (?:due to|for) legal|bot (?:activity|traffic)|pardon our interruption|rate limit(?:ed| exceeded)?"
        r"|too many requests|접속이 ?(?:차단|제한)|차단되었|차단 ?안내|접근이 ?(?:거부|제한|차단)|アクセスが(?:拒否|制限|集中)|ご利用の地域|访问被(?:拒绝|拦截|禁止)|禁止访问|存取被拒"
        r"|zugriff (?:verweigert|gesperrt|nicht erlaubt)|accès (?:refusé|interdit|bloqué)|acceso (?:denegado|bloqueado|restringido)|acesso (?:negado|bloqueado)"
        r"|accesso (?:negato|bloccato)|доступ (?:запрещ[её]н|ограничен|заблокирован)|تم (?:حظر|رفض) (?:الوصول|الدخول)|الوصول (?:مرفوض|محظور)"
    ),
    "soft_404": (
        r"(?:page|article|story|content|url)[^.]{0,30}(?:not (?:be )?found|(?:does not|doesn(?:'|’)t|no longer) exist|(?:has|have|may have) been (?:moved|removed|deleted))"
        r"|(?:can(?:'|’)?t|cannot|could ?n(?:'|’)?t|unable to) find (?:that|the|this) (?:page|article|story)|\b404\b.{0,20}(?:error|not found)|error 404|no longer available"
        r"|페이지를 ?찾을 ?수 ?없|존재하지 ?않는 ?(?:페이지|기사)|삭제된 ?(?:기사|페이지|게시물)|삭제되었거나|ページが見つかりません|お探しのページ|記事は(?:削除|存在し)"
        r"|页面(?:不存在|未找到|没有找到)|找不到(?:该|此|頁|页|您)|已被?(?:删除|刪除)|頁面不存在|seite (?:wurde )?(?:leider )?nicht gefunden|(?:seite|artikel) (?:existiert|ist) nicht (?:mehr )?(?:verfügbar)?"
        r"|nicht mehr verfügbar|page (?:est )?introuvable|n(?:'|’)existe (?:pas|plus)|page non trouvée|n(?:'|’)est plus disponible|página no (?:encontrada|existe|disponible)"
        r"|no (?:se )?(?:ha )?encontra\w+ la página|ya no (?:existe|está disponible)|página não (?:encontrada|existe)|não (?:foi )?encontra\w+|não está mais disponível"
        r"|pagina non (?:trovata|disponibile|esiste)|non è (?:più )?disponibile|страница не (?:найдена|существует)|страницы не существует|материал удал[её]н|الصفحة غير موجودة|لم يتم العثور"
    ),
    "maintenance": (
        r"(?:under|scheduled|undergoing|for) maintenance|(?:we(?:'|’)ll|will) be (?:right )?back (?:soon|shortly)|temporarily (?:unavailable|down|offline)|시스템 ?점검|서비스 ?점검|점검 ?(?:중|안내|시간)"
        r"|メンテナンス(?:中|のため|のお知らせ)|ただいま.{0,12}(?:停止|休止)|(?:系统|網站|网站|系統)(?:维护|維護)|维护中|維護中|wartungsarbeiten|wegen wartung|vorübergehend nicht (?:erreichbar|verfügbar)"
        r"|en (?:cours de )?maintenance|maintenance (?:en cours|programmée)|(?:en|por) mantenimiento|em manutenção|in manutenzione|(?:технические|профилактические) работы"
        r"|технических работ|تحت الصيانة|أعمال (?:ال)?صيانة"
    ),
    "error_page": (
        r"fatal error|uncaught (?:\w+)?(?:exception|error)|stack trace|sqlstate|traceback \(most recent|internal server error|(?:50[0234]|service) (?:unavailable|bad gateway|gateway time)"
        r"|bad gateway|gateway time-?out|error establishing a database|application error|something went wrong|an (?:unexpected )?error (?:has )?occurred|database error"
        r"|오류가 ?발생|일시적인 ?오류|エラーが発生|システムエラー|发生错误|發生錯誤|服务器错误|系统错误|(?:ein|interner) (?:server)?fehler|fehler (?:ist )?aufgetreten|une erreur (?:est survenue|s'est produite)"
        r"|erreur (?:interne|serveur)|ha ocurrido un error|error (?:interno|del servidor)|ocorreu um erro|erro (?:interno|no servidor)|si è verificato un errore|errore (?:interno|del server)"
        r"|произошла ошибка|ошибка сервера|حدث خطأ|خطأ في الخادم"
    ),
}  # fmt: skip
_COMPILED = {reason: re.compile(phrases, re.IGNORECASE) for reason, phrases in _PHRASES.items()}


def wall_words(text: str) -> str | None:
    """The reason whose words this text holds most of; None where it holds none."""
    counts = {reason: len(phrase.findall(text)) for reason, phrase in _COMPILED.items()}
    reason = max(counts, key=lambda name: counts[name])
    return reason if counts[reason] else None


def holds_words_of(reason: str, text: str) -> bool:
    """Does this text hold words of this kind of page?"""
    return _COMPILED[reason].search(text) is not None
