#!/usr/bin/env python3
"""Verifies a PGR v1 recording without pangate: docs/formats/pgr-v1.md. Standard library, `zstd`, `openssl`.

usage: verify.py [--vkeys FILE] [--quick] recording.pgr.zst...      prints: STATUS<tab>file<tab>reason
Exit: 0 all valid, 2 tampered, 3 incomplete, 4 not verifiable (the worst of all files).
Redacted and encrypted recordings are checked as far as their frames, seals and notes go.
"""
import base64, hashlib, os, re, struct, subprocess, sys, tempfile

H, S, C, F, I, E, R, T = (0x184D2A50, 0x184D2A51, 0x184D2A52, 0x184D2A53, 0x184D2A54, 0x184D2A55, 0x184D2A56, 0x184D2A5E)
D = 0xFD2FB528
LIMIT = {H: 65536, S: 178, C: 16384, F: 65536, I: 4194304, E: 4400000, R: 16384, T: 1 << 31}
NOTHING = hashlib.sha256(b"").digest()  # of a seal over silence
UNIT = 2 ** 53

class Bad(Exception): """Something that no writer leaves."""
class Cut(Exception): """The file ends before the recording does."""
class Unknown(Exception): """Not for this verifier."""

def need(condition, why):
    if not condition:
        raise Bad(why)

sha = lambda data: hashlib.sha256(data).digest()

def data_frame_end(b, at):
    """Where a zstd frame ends, and the length of its content (RFC 8878, 3.1.1)."""
    if at + 18 > len(b):
        raise Cut
    flags = b[at + 4]
    single, code = flags & 0x20, flags >> 6
    need(not flags & 0x1B and (code or single) and flags & 4, "a data frame of another kind")
    p = at + 5 + (0 if single else 1)
    width = 1 << code
    content = int.from_bytes(b[p:p + width], "little") + (256 if code == 1 else 0)
    need(content <= 4325376, "a data frame of impossible length")
    p += width
    while True:
        if p + 3 > len(b):
            raise Cut
        head = int.from_bytes(b[p:p + 3], "little")
        kind = (head >> 1) & 3
        need(kind != 3, "a block of no known type")
        p += 3 + (1 if kind == 1 else head >> 3)
        need(p - at <= LIMIT[E], "a data frame of impossible length")
        if head & 1:
            break
    if p + 4 > len(b):
        raise Cut
    return p + 4, content

def frames(b):
    at = 0
    while at < len(b):
        if at + 4 > len(b):
            raise Cut
        magic = struct.unpack_from("<I", b, at)[0]
        if magic == D:
            end, content = data_frame_end(b, at)
        else:
            need(magic in LIMIT, "no frame of a recording begins here")
            if at + 8 > len(b):
                raise Cut
            size, content = struct.unpack_from("<I", b, at + 4)[0], 0
            need(size <= LIMIT[magic], "a frame of impossible length")
            end = at + 8 + size
        if end > len(b):
            raise Cut
        yield magic, b[at:end], content
        at = end

def value_end(b, at, depth=0):
    """Where a plain msgpack value ends."""
    need(at < len(b) and depth <= 32, "a value is cut off or too deep")
    h = b[at]
    at += 1
    items = 0
    if h < 0x80 or h >= 0xE0 or h in (0xC0, 0xC2, 0xC3):
        return at
    if h < 0x90:
        items = (h & 15) * 2
    elif h < 0xA0:
        items = h & 15
    elif h < 0xC0:
        at += h & 31
    elif h in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB):
        w = 1 << ((h - 0xC4) if h < 0xC7 else (h - 0xD9))
        at += w + int.from_bytes(b[at:at + w], "big")
    elif h in (0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD0, 0xD1, 0xD2, 0xD3):
        at += {0xCA: 4, 0xCB: 8}.get(h, 1 << ((h - 0xCC) & 3))
    elif 0xDC <= h <= 0xDF:
        w = 2 if h in (0xDC, 0xDE) else 4
        items = int.from_bytes(b[at:at + w], "big") * (1 if h < 0xDE else 2)
        at += w
    else:
        raise Bad("a value of a kind that recordings do not have")
    need(at <= len(b) and items <= len(b) - at, "a value is cut off")
    for _ in range(items):
        at = value_end(b, at, depth + 1)
    return at

def uint(b, at):
    if b[at] < 0x80:
        return b[at], at + 1
    need(0xCC <= b[at] <= 0xCF, "a number is missing")
    w = 1 << (b[at] - 0xCC)
    return int.from_bytes(b[at + 1:at + 1 + w], "big"), at + 1 + w

def is_map(b):
    return len(b) > 0 and (0x80 <= b[0] < 0x90 or b[0] in (0xDE, 0xDF)) and value_end(b, 0) == len(b)

def root(leaves):
    while len(leaves) > 1:
        pairs = [sha(b"\1" + leaves[i] + leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0]

def check_content(frame, seal):
    """The records of a segment against its seal."""
    done = subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True)
    raw = done.stdout
    need(done.returncode == 0 and len(raw) == seal["raw_len"], "a segment does not decode to its length")
    leaves, at, mono, seed = [], 0, seal["mono_first"], b""
    while at < len(raw):
        end = value_end(raw, at)
        need(raw[at] == 0x94, "a record is malformed")
        seq, p = uint(raw, at + 1)
        dt, p = uint(raw, p)
        need(0xA0 <= raw[p] < 0xC0, "a record has no type")
        body = p + 1 + (raw[p] & 31)
        if not leaves:
            need(raw[p:body] == b"\xa4seed" and raw[body:body + 5] == b"\x81\xa1s\xc4\x20" and end == body + 37, "no seed")
            seed = raw[body + 5:end]
            leaves.append(sha(b"\0" + raw[at:end]))
        else:
            salt = sha(seed + struct.pack("<Q", len(leaves)))[:16]
            leaves.append(sha(b"\0" + salt + raw[at:end]))
        need(seq == seal["first_seq"] + len(leaves) - 1 and dt >= mono, "a record is out of its order")
        need(is_map(raw[body:end]), "a record has no map")
        need(len(leaves) > 1 or dt == seal["mono_first"], "a record stands outside its time")
        mono, at = dt, end
    need(len(leaves) == seal["n_rec"] and mono == seal["mono_last"], "a segment has other records than its seal")
    need(root(leaves) == seal["root"], "a segment has not the root that its seal names")

def read_seal(body):
    names = "magic version flags epoch segment first_seq n_rec raw_len comp_len mono_first mono_last wall wall_err kinds n_stmt n_masked n_err frame root prev"
    need(len(body) == 178, "a seal is malformed")
    seal = dict(zip(names.split(), struct.unpack("<4sBBIIQIIIQQqIQIII32s32s32s", body)))
    need(seal["magic"] == b"PGS1" and seal["version"] == 1 and not seal["flags"] & ~15, "a seal is malformed")
    need(max(seal["first_seq"], seal["mono_last"], seal["kinds"], abs(seal["wall"])) < UNIT, "a seal is malformed")
    need(seal["mono_first"] <= seal["mono_last"], "a seal is malformed")
    empty = not (seal["n_rec"] or seal["raw_len"] or seal["comp_len"] or seal["kinds"])
    if seal["flags"] & 4:
        need(empty and seal["frame"] == NOTHING and seal["root"] == NOTHING, "a seal over silence is malformed")
    else:
        need(seal["n_rec"] and seal["raw_len"] and seal["comp_len"], "a seal is malformed")
    return seal

def parse_vkey(text):
    name, key_id, rest = text.strip().split("+", 2)
    material = base64.b64decode(rest)
    need(sha(name.encode() + b"\n" + material)[:4].hex() == key_id, "a vkey has another id")
    return name, material[1:]

def signed(text, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, n) for n in ("key", "text", "sig")]
        for path, data in zip(paths, (bytes.fromhex("302a300506032b6570032100") + key, text, signature)):
            with open(path, "wb") as out:
                out.write(data)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0], "-rawin",
                               "-in", paths[1], "-sigfile", paths[2]], capture_output=True).returncode == 0

NOTE = re.compile(r"pangate/session@v1\n([0-9A-Z]{26})\n(0|[1-9]\d*)\n([A-Za-z0-9+/=]{44})\nepoch (0|[1-9]\d*)\nseals (0|[1-9]\d*)\n"
                  r"time (0|-?[1-9]\d*) (0|[1-9]\d*)\n(?:next ([A-Za-z0-9+/=]{44})|end)\n\Z")

def check_note(body, state, nodes, last):
    text, found, line = body.rpartition(b"\n\n")
    text += b"\n"
    match = NOTE.match(text.decode("utf-8", "replace"))
    one = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)\n", line.decode("utf-8", "replace"))
    need(found and match and one, "a note is malformed")
    sid, records, head, epoch, seals, _, _, following = match.groups()
    sig = base64.b64decode(one[2])
    need(base64.b64encode(sig).decode() == one[2] and len(sig) == 68, "a note is malformed")
    need(sid == state["sid"] and int(epoch) == state["notes"], "a note is missing, or another session's")
    need(int(records) == state["records"] and int(seals) == state["seals"], "a note counts other records")
    need(base64.b64decode(head) == state["link"] and (following is None) == last, "a note has another head")
    for name, key in ([(f"{sid}/{epoch}", state["key"])] if state["key"] else []) + nodes:
        if name == one[1] and sha(name.encode() + b"\n\1" + key)[:4] == sig[:4]:
            need(signed(text, sig[4:], key), "a note's signature does not hold")
            break
    else:
        need(one[1] != f"{sid}/{epoch}" and not nodes, "a note is signed by nobody that is trusted")
    state["key"] = base64.b64decode(following) if following else None
    state["notes"] += 1

def table(sizes):
    rows = b"".join(struct.pack("<II", *size) for size in sizes)
    body = rows + struct.pack("<IBI", len(sizes), 0, 0x8F92EAB1)
    return struct.pack("<II", T, len(body)) + body

def verify(b, nodes, quick):
    st = {"sid": "", "link": b"", "notes": 0, "records": 0, "seals": 0, "key": None}
    mono, raw, comp, sizes, pending, stage, redacted = 0, 0, 0, [], None, "H", None
    for magic, frame, content in frames(b):
        body = frame[8:]
        if stage == "H":
            if body[:4] != b"PGH1" or body[4] != 1:
                raise Unknown("not a recording of this version")
            need(magic == H and not body[5] & ~8 and body[6:8] == body[46:48] == b"\0\0" and is_map(body[48:]), "the header is malformed")
            st["sid"] = body[8:34].decode("latin-1")
            need(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", st["sid"]), "the header is malformed")
            need(abs(struct.unpack_from("<q", body, 34)[0]) < UNIT, "the header is malformed")
            closed, stage = body[5] & 8, "body"
        elif pending is not None:
            need(magic == S, "a data frame without its seal")
        if magic == R:
            need(stage == "body", "a redaction stands where none may")
            redacted = frame
            sizes.append((len(frame), 0))
            continue
        if magic in (D, E):
            need(stage == "body" and (magic == E) == bool(closed), "a data frame stands where none may")
            pending = (frame, content)
            sizes.append((len(frame), content if magic == D else 0))
            continue
        if magic == T:
            need(stage == "T" or (stage == "C" and st["notes"] == 0), "the seek table stands where it may not")
            need(frame == table(sizes), "the seek table is not that of this file")
            need(sum(size for size, _ in sizes) + len(frame) == len(b), "bytes follow the end")
            stage = "end"
            continue
        sizes.append((len(frame), 0))
        if magic == S:
            need(stage == "body", "a seal stands where none may")
            seal = read_seal(body)
            need(seal["segment"] == st["seals"] and seal["first_seq"] == st["records"], "seals or records are missing")
            need(seal["epoch"] == st["notes"] and seal["mono_first"] >= mono, "a seal is out of its order")
            need(seal["prev"] == st["link"] and bool(seal["flags"] & 4) == (pending is None), "a link does not hold")
            if pending and not redacted:
                data, content = pending
                need(sha(data) == seal["frame"] and len(data) == seal["comp_len"], "a data frame is not the one sealed")
                need(closed or content == seal["raw_len"], "a data frame is not the one sealed")
                if not quick and not closed:
                    check_content(data, seal)
            st["seals"] += 1
            st["records"] += seal["n_rec"]
            mono, raw, comp, pending, redacted_any = seal["mono_last"], raw + seal["raw_len"], comp + seal["comp_len"], None, redacted
            if redacted_any:
                raise Unknown("records were removed: use pangate replay verify --approvers")
        elif magic == C:
            need(stage in ("body", "C"), "a note stands where none may")
            check_note(body, st, nodes, stage == "C")
            stage = "T" if stage == "C" else stage
        elif magic == I:
            need(stage == "body" and body[:8] == b"PGI1\1\0\0\0" and body[8:40] == st["link"] and is_map(body[40:]), "the index does not follow")
            stage = "F"
        elif magic == F:
            need(stage == "F" and len(body) >= 120 and frame[-32:] == sha(frame[:-32]), "the footer is malformed")
            m, v, fl, z, seals, recs, rawn, compn, last, _, _, head = struct.unpack_from("<4sBBHIQQQQqI32s", body)
            need(m == b"PGF1" and v == 1 and not fl & ~1 and z == 0 and head == st["link"] and is_map(body[88:-32]), "the footer is malformed")
            need((seals, recs, rawn, compn, last) == (st["seals"], st["records"], raw, comp, mono), "the footer counts other things")
            stage = "C"
        else:
            need(magic == H and stage == "body" and st["seals"] == 0 and not st["link"], "a frame stands where none may")
        st["link"] = sha(frame)
    if stage != "end":
        raise Cut
    if nodes and not st["notes"]:
        raise Unknown("the recording is not signed")
    return f"{st['records']} records, {st['notes']} notes"

def main(words):
    nodes, quick, files = [], False, []
    while words:
        word = words.pop(0)
        if word == "--quick":
            quick = True
        elif word == "--vkeys":
            nodes = [parse_vkey(line[5:]) for line in open(words.pop(0), encoding="utf-8") if line.startswith("node ")]
        else:
            files.append(word)
    worst = 0
    for path in files:
        try:
            status, why = "VALID", verify(open(path, "rb").read(), nodes, quick)
        except Bad as bad:
            status, why = "TAMPERED", str(bad)
        except Cut:
            ended = open(path, "rb").read()[-4:] == b"\xb1\xea\x92\x8f"
            status, why = "TAMPERED" if ended else "TRUNCATED", "a frame is cut off" if ended else "the end is missing"
        except Unknown as unknown:
            status, why = "UNVERIFIABLE", str(unknown)
        worst = max(worst, {"VALID": 0, "TRUNCATED": 3, "UNVERIFIABLE": 4, "TAMPERED": 9}[status])
        print(f"{status}\t{path}\t{why}")
    return 2 if worst == 9 else worst

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
