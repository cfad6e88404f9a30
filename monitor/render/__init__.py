"""A report or a diff to something to look at: terminal, mail, HTML, Atom. Pure."""
