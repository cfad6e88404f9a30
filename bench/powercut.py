#!/usr/bin/env python3
"""Cuts the power while revisions are stored, hundreds of times, and counts what was acknowledged and is not there afterwards.

    powercut.py [--cuts 500] [--revisions 120] [--synchronous FULL] [--seed 1]

A library in front of libc records every write, sync, truncation and removal that SQLite does below the state folder, and when each
revision was acknowledged. Then the disk is built as it may look after a cut at a random operation: synced bytes are there; of what was
not synced none, all, a beginning, or random 512-byte sectors. The store is opened on it, verified, and asked for each revision that was
acknowledged before the cut. FULL must lose none. NORMAL must lose some: else the test would prove nothing.

Assumes what file systems promise: a synced write stays; a name is durable after the next sync. Needs gcc.
"""

import argparse
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

SECTOR = 512
HEAD = struct.Struct("<cHqI")
WRITE, SYNC, CUT, REMOVE = b"W", b"S", b"T", b"R"

RECORDER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <pthread.h>

static char names[4096][512];
static int log_fd = -1;
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static const char *below(void) { static const char *p; if (!p) p = getenv("RECORD_BELOW"); return p ? p : "\n"; }

static void record(char op, const char *name, int64_t offset, const void *bytes, uint32_t n) {
    pthread_mutex_lock(&one);
    if (log_fd < 0) log_fd = syscall(SYS_openat, AT_FDCWD, getenv("RECORD_TO"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint16_t len = strlen(name);
    struct iovec part[6] = {{&op, 1}, {&len, 2}, {&offset, 8}, {&n, 4}, {(void *)name, len}, {(void *)bytes, bytes ? n : 0}};
    syscall(SYS_writev, log_fd, part, 6);
    pthread_mutex_unlock(&one);
}
static void named(int fd, const char *path) {
    if (fd < 0 || fd >= 4096) return;
    names[fd][0] = 0;
    size_t n = strlen(below());
    if (path && !strncmp(path, below(), n) && !strstr(path, "-shm")) snprintf(names[fd], 512, "%s", path + n + 1);
}
#define KNOWN(fd) ((fd) >= 0 && (fd) < 4096 && names[fd][0])
#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
int open(const char *path, int flags, ...) {
    REAL(int, "open", const char *, int, ...); va_list a; va_start(a, flags); int mode = va_arg(a, int); va_end(a);
    int fd = real(path, flags, mode); named(fd, path); return fd; }
int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...); va_list a; va_start(a, flags); int mode = va_arg(a, int); va_end(a);
    int fd = real(path, flags, mode); named(fd, path); return fd; }
int close(int fd) { REAL(int, "close", int); if (KNOWN(fd)) names[fd][0] = 0; return real(fd); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t); ssize_t r = real(fd, b, n, at);
    if (r > 0 && KNOWN(fd)) record('W', names[fd], at, b, r); return r; }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t); ssize_t r = real(fd, b, n, at);
    if (r > 0 && KNOWN(fd)) record('W', names[fd], at, b, r); return r; }
ssize_t write(int fd, const void *b, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t); int64_t at = KNOWN(fd) ? lseek(fd, 0, SEEK_CUR) : 0; ssize_t r = real(fd, b, n);
    if (r > 0 && KNOWN(fd)) record('W', names[fd], at, b, r); return r; }
int fsync(int fd) { REAL(int, "fsync", int); int r = real(fd); if (!r && KNOWN(fd)) record('S', names[fd], 0, 0, 0); return r; }
int fdatasync(int fd) { REAL(int, "fdatasync", int); int r = real(fd); if (!r && KNOWN(fd)) record('S', names[fd], 0, 0, 0); return r; }
int ftruncate(int fd, off_t n) {
    REAL(int, "ftruncate", int, off_t); int r = real(fd, n); if (!r && KNOWN(fd)) record('T', names[fd], n, 0, 0); return r; }
int ftruncate64(int fd, off64_t n) {
    REAL(int, "ftruncate64", int, off64_t); int r = real(fd, n); if (!r && KNOWN(fd)) record('T', names[fd], n, 0, 0); return r; }
int unlink(const char *path) { REAL(int, "unlink", const char *); int r = real(path); size_t n = strlen(below());
    if (!r && !strncmp(path, below(), n) && !strstr(path, "-shm")) record('R', path + n + 1, 0, 0, 0); return r; }
"""


@dataclass
class File:
    """A file on the pretended disk: what is durable, and what was done since the last sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[bytes, int, bytes]] = field(default_factory=list)

    def sync(self) -> None:
        for op, offset, data in self.pending:
            apply(self.durable, op, offset, data)
        self.pending.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """The bytes that may be there after a power cut now."""
        left = bytearray(self.durable)
        mode = chance.choice(("none", "all", "beginning", "sectors"))
        kept = self.pending[: chance.randint(0, len(self.pending))] if mode == "beginning" else self.pending
        if mode == "none":
            return bytes(left)
        for op, offset, data in kept:
            if mode != "sectors" or op != WRITE:
                apply(left, op, offset, data)
                continue
            for start in range(0, len(data), SECTOR):
                if chance.random() < 0.5:
                    apply(left, op, offset + start, data[start : start + SECTOR])
        return bytes(left)


def apply(to: bytearray, op: bytes, offset: int, data: bytes) -> None:
    if op == CUT:
        del to[offset:]
        to.extend(bytes(offset - len(to)))
        return
    if len(to) < offset:
        to.extend(bytes(offset - len(to)))
    to[offset : offset + len(data)] = data


def operations(log: bytes) -> Iterator[tuple[bytes, str, int, bytes]]:
    at = 0
    while at < len(log):
        op, name_length, offset, n = HEAD.unpack_from(log, at)
        at += HEAD.size
        name = log[at : at + name_length].decode()
        at += name_length
        data = log[at : at + n] if op == WRITE else b""
        at += n if op == WRITE else 0
        yield op, name, offset, data


def disk_after(log: list[tuple[bytes, str, int, bytes]], cut: int, chance: random.Random) -> tuple[dict[str, bytes], list[str]]:
    """The files after a cut before operation `cut`, and what had been acknowledged by then."""
    files: dict[str, File] = {}
    said = b""
    for op, name, offset, data in log[:cut]:
        if name == "said":
            said += data
        elif op == REMOVE:
            files.pop(name, None)
        elif op == SYNC:
            files.setdefault(name, File()).sync()
        else:
            files.setdefault(name, File()).pending.append((op, offset, data))
    return {name: file.after_cut(chance) for name, file in files.items()}, said.decode().split("\n")[:-1]


def record(folder: Path, revisions: int, synchronous: str) -> list[tuple[bytes, str, int, bytes]]:
    source, library, log, state = folder / "record.c", folder / "record.so", folder / "log", folder / "state"
    source.write_text(RECORDER)
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-w", "-o", library, source, "-ldl", "-lpthread"], check=True)
    state.mkdir()
    environment = os.environ | {"LD_PRELOAD": str(library), "RECORD_BELOW": str(state), "RECORD_TO": str(log)}
    subprocess.run([sys.executable, __file__, "--write", str(state), str(revisions), synchronous], env=environment, check=True)
    return list(operations(log.read_bytes()))


def write(state: Path, revisions: int, synchronous: str) -> None:
    """The writer whose power is cut: edits one after the other, each acknowledged in `said` once the store says it is stored."""
    from monitor.model import ArticleUpdate, Content, Key, LookOutcome, NewRevision, Pace
    from monitor.settings import StoreSettings
    from monitor.store import sql

    sql.SYNCHRONOUS = synchronous
    sql.CHECKPOINT_PAGES = 60  # often, so that cuts fall into checkpoints too
    store = sql.open_store(None, state_dir=state, read_only=False, settings=StoreSettings())
    said = os.open(state / "said", os.O_WRONLY | os.O_CREAT)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    article = store.watch("https://a.example/1", [Key("url", "", "https://a.example/1")], now)
    chance = random.Random(7)
    body = [" ".join(chance.choice(("ferry", "pier", "mayor", "storm", "budget")) for _ in range(60)) for _ in range(20)]
    for number in range(revisions):
        at = now + timedelta(minutes=number)
        body[chance.randrange(20)] += f" {number}"
        new = NewRevision(
            "edited" if number else "new",
            True,
            "page",
            "https://a.example/1",
            at,
            None,
            None,
            Content(f"Title {number}", body=tuple(body)),
            {},
        )
        update = ArticleUpdate(article, number, "https://a.example/1", revision=new)
        stored = store.save_look(LookOutcome(store.page_task(article, at), at, Pace(at, timedelta(minutes=5)), update))
        assert stored.stored
        revision = store.revision(article, number + 1)
        assert revision is not None
        os.write(said, f"{number + 1} {revision.hash}\n".encode())
    while store.pack(now + timedelta(days=60)) is not None:
        pass  # cuts fall into the packing of older texts too
    os._exit(0)  # as a process ends whose power is cut: nothing is closed


def lost_at(files: dict[str, bytes], said: list[str], folder: Path) -> tuple[int, str | None]:
    """How many acknowledged revisions are not there, and what is damaged, if anything."""
    from monitor.errors import MonitorError
    from monitor.settings import StoreSettings
    from monitor.store.sql import open_store

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        store = open_store(None, state_dir=folder, read_only=False, settings=StoreSettings())
        faults = list(store.verify())
        there = {f"{revision.rev} {revision.hash}" for revision in store.revisions(1)}
        store.close()
    except MonitorError as error:
        return len(said), error.message
    return len(set(said) - there), faults[0].message if faults else None


def main() -> int:
    if sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--revisions", type=int, default=120)
    parser.add_argument("--synchronous", default="FULL", choices=["FULL", "NORMAL", "OFF"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    lost = cuts_with_loss = damaged = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = record(folder, options.revisions, options.synchronous)
        acknowledged = sum(op[1] == "said" for op in log)
        for _ in range(options.cuts):
            files, said = disk_after(log, chance.randint(1, len(log)), chance)
            missing, fault = lost_at(files, said, folder / "after")
            lost, cuts_with_loss, damaged = lost + missing, cuts_with_loss + bool(missing), damaged + bool(fault)
            if fault:
                print("damaged:", fault)
    syncs = sum(op[0] == SYNC for op in log)
    print(f"{options.synchronous}: {len(log)} operations, {syncs} syncs, {acknowledged} revisions acknowledged, {options.cuts} cuts")
    print(f"lost={lost} in {cuts_with_loss} cuts, damaged={damaged}")
    return 1 if options.synchronous == "FULL" and (lost or damaged) else 0


if __name__ == "__main__":
    sys.exit(main())
