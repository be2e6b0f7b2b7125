#!/usr/bin/env python3
"""Verifies PGR v1 recordings and proofs without pangate: docs/formats/pgr-v1.md. Standard library, `zstd`, `openssl`.
usage: verify.py [--vkeys FILE] [--quick] recording.pgr.zst... session.tlog-proof...   prints: STATUS<tab>file<tab>reason
Exit: 0 all valid, 2 tampered, 3 incomplete, 4 not verifiable (the worst of all files).
Redacted and encrypted recordings are checked as far as their frames, seals and notes go; proofs need --vkeys."""
import base64, hashlib, os, re, struct, subprocess, sys, tempfile, time

D, T, H, S, C, F, I, E, R = 0xFD2FB528, 0x184D2A5E, *range(0x184D2A50, 0x184D2A57)
LIMIT = {H: 65536, S: 178, C: 16384, F: 65536, I: 4194304, E: 4400000, R: 16384, T: 1 << 31}
NOTHING = hashlib.sha256(b"").digest()  # of a seal over silence
UNIT = 2 ** 53
EXITS = ("VALID", "TRUNCATED", "UNVERIFIABLE", "TAMPERED")
PROOF = b"c2sp.org/tlog-proof@v1\n"

ALLOWED = {H: "H", D: "b", E: "b", R: "b", S: "b", C: "bC", I: "b", F: "F", T: "CT"}  # stages in which a frame may stand

class Bad(Exception): status = "TAMPERED"          # something that no writer leaves
class Unknown(Exception): status = "UNVERIFIABLE"  # not for this verifier
class Cut(Exception): pass                         # the file ends before the recording does

def sha(data):
    return hashlib.sha256(data).digest()
def need(condition, why):
    if not condition:
        raise Bad(why)
def take(b, at, n):
    if at + n > len(b):
        raise Cut
    return b[at:at + n]
def b64(text):
    data = base64.b64decode(text)
    need(base64.b64encode(data).decode() == text, "something is not in its one form")
    return data
def data_frame_end(b, at):
    """Where a zstd frame ends, and the length of its content (RFC 8878, 3.1.1)."""
    flags = take(b, at, 18)[4]
    p, width = at + (5 if flags & 0x20 else 6), 1 << (flags >> 6)
    content = int.from_bytes(b[p:p + width], "little") + (256 if width == 2 else 0)
    need(not flags & 0x1B and flags & 0xE0 and flags & 4 and content <= 4325376, "a data frame of another kind, or too long")
    p, last = p + width, 0
    while not last:
        head = int.from_bytes(take(b, p, 3), "little")
        last, kind = head & 1, (head >> 1) & 3
        p += 3 + (1 if kind == 1 else head >> 3)
        need(kind != 3 and p - at <= LIMIT[E], "a data frame of impossible length")
    take(b, p, 4)
    return p + 4, content
def frames(b):
    at = 0
    while at < len(b):
        magic = struct.unpack("<I", take(b, at, 4))[0]
        if magic == D:
            end, content = data_frame_end(b, at)
        else:
            need(magic in LIMIT, "no frame of a recording begins here")
            size, content = struct.unpack("<I", take(b, at + 4, 4))[0], 0
            need(size <= LIMIT[magic], "a frame of impossible length")
            end = at + 8 + size
        yield magic, take(b, at, end - at), content
        at = end

WIDE = {0xC4: (bytes, 1), 0xC5: (bytes, 2), 0xC6: (bytes, 4), 0xD9: (str, 1), 0xDA: (str, 2), 0xDB: (str, 4),
        0xDC: (list, 2), 0xDD: (list, 4), 0xDE: (dict, 2), 0xDF: (dict, 4)}
PLAIN, NUMBER = {0xC0: None, 0xC2: False, 0xC3: True}, {0xCA + i: ">" + kind for i, kind in enumerate("fdBHIQbhiq")}

def value(b, at=0, depth=0):
    """One plain msgpack value, and where it ends."""
    need(at < len(b) and depth <= 32, "a value is cut off or too deep")
    h, at = b[at], at + 1
    if h < 0x80 or h >= 0xE0 or h in PLAIN:
        return PLAIN.get(h, h if h < 0x80 else h - 256), at
    if h in NUMBER:
        end = at + struct.calcsize(NUMBER[h])
        return struct.unpack(NUMBER[h], b[at:end])[0], end
    need(h < 0xC0 or h in WIDE, "a value of a kind that recordings do not have")
    kind, width = WIDE[h] if h >= 0xC0 else (dict if h < 0x90 else list if h < 0xA0 else str, 0)
    n = int.from_bytes(b[at:at + width], "big") if width else h & (15 if h < 0xA0 else 31)
    at, items = at + width, []
    need(n <= len(b) - at, "a value is cut off")
    if kind in (bytes, str):
        return (b[at:at + n] if kind is bytes else b[at:at + n].decode("utf-8", "replace")), at + n
    for _ in range(n * (2 if kind is dict else 1)):
        item, at = value(b, at, depth + 1)
        items.append(item)
    need(kind is list or all(type(key) is str for key in items[::2]), "a key is no text")
    return (items if kind is list else dict(zip(items[::2], items[1::2]))), at
def is_map(b):
    return len(b) > 0 and (0x80 <= b[0] < 0x90 or b[0] in (0xDE, 0xDF)) and value(b)[1] == len(b)
def record(b, at):
    items, end = value(b, at)
    need(type(items) is list and [type(item) for item in items] == [int, int, str, dict], "a record is malformed")
    return items, end

def check_content(frame, seal):
    """The records of a segment against its seal."""
    raw, seed = subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True, check=True).stdout, b""
    need(len(raw) == seal["raw_len"], "a segment does not decode to its length")
    leaves, at, mono = [], 0, seal["mono_first"]
    while at < len(raw):
        (seq, dt, kind, data), end = record(raw, at)
        if not leaves:
            need(kind == "seed" and list(data) == ["s"] and len(data["s"]) == 32 and dt == mono, "no seed")
        salt = sha(seed + struct.pack("<Q", len(leaves)))[:16] if leaves else b""
        seed = seed or data["s"]
        need(seq == seal["first_seq"] + len(leaves) and dt >= mono, "a record is out of its order")
        leaves.append(sha(b"\0" + salt + raw[at:end]))
        mono, at = dt, end
    need(len(leaves) == seal["n_rec"] and mono == seal["mono_last"], "a segment has other records than its seal")
    need(range_root(leaves, 0, len(leaves), []) == seal["root"], "a segment has not the root that its seal names")
def read_seal(body):
    names = "magic version flags epoch segment first_seq n_rec raw_len comp_len mono_first mono_last wall wall_err kinds n_stmt n_masked n_err frame root prev"
    need(len(body) == 178, "a seal is malformed")
    seal = dict(zip(names.split(), struct.unpack("<4sBBIIQIIIQQqIQIII32s32s32s", body)))
    largest = max(seal["first_seq"], seal["mono_last"], seal["kinds"], abs(seal["wall"]))
    full = [seal["n_rec"] > 0, seal["raw_len"] > 0, seal["comp_len"] > 0]
    silent = not any(full) and not seal["kinds"] and seal["frame"] == seal["root"] == NOTHING
    need(seal["magic"] == b"PGS1" and seal["version"] == 1 and not seal["flags"] & ~15 and largest < UNIT, "a seal is malformed")
    need(seal["mono_first"] <= seal["mono_last"] and (silent if seal["flags"] & 4 else all(full)), "a seal is malformed")
    return seal

def parse_vkey(text):
    name, key_id, rest = text.strip().split("+", 2)
    material = b64(rest)
    need(sha(name.encode() + b"\n" + material)[:4].hex() == key_id, "a vkey has another id")
    return name, bytes.fromhex(key_id), material[1:]
def read_trust(text):
    rows = re.findall(r"^(node|log|witness|quorum) (.*)$", text, re.M)
    trust = {role: [parse_vkey(vkey) for each, vkey in rows if each == role] for role in ("node", "log", "witness")}
    return {**trust, "quorum": next((int(n) for each, n in rows if each == "quorum"), min(1, len(trust["witness"])))}
def read_note(body):
    """The text of a signed note, and name, key id and signature of each line under it."""
    text, _, lines = body.rpartition(b"\n\n")
    match = re.fullmatch(r"(?:\u2014 [^\s+]+ [A-Za-z0-9+/=]+\n)+", lines.decode("utf-8", "replace"))
    need(match, "a note is malformed")
    parts = [(line.split(" ")[1], b64(line.split(" ")[2])) for line in match[0].splitlines()]
    return text + b"\n", [(name, sig[:4], sig[4:]) for name, sig in parts]
def signed(text, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("key", "text", "signature")]
        for path, data in zip(paths, (bytes.fromhex("302a300506032b6570032100") + key, text, signature)):
            open(path, "wb").write(data)
        words = "openssl pkeyutl -verify -pubin -keyform DER -rawin -inkey {} -in {} -sigfile {}".format(*paths)
        return subprocess.run(words.split(), capture_output=True).returncode == 0
NOTE = re.compile(r"pangate/session@v1\n([0-9A-Z]{26})\n(0|[1-9]\d*)\n([A-Za-z0-9+/=]{44})\nepoch (0|[1-9]\d*)\nseals (0|[1-9]\d*)\n"
                  r"time (0|-?[1-9]\d*) (0|[1-9]\d*)\n(?:next ([A-Za-z0-9+/=]{44})|end)\n\Z")
def check_note(body, state, nodes, last):
    text, lines = read_note(body)
    match = NOTE.match(text.decode("utf-8", "replace"))
    need(match and [len(sig) for _, _, sig in lines] == [64], "a note is malformed")
    sid, records, head, epoch, seals, _, _, following = match.groups()
    need((sid, int(epoch)) == (state["sid"], state["notes"]), "a note is missing, or another session's")
    need((int(records), int(seals)) == (state["records"], state["seals"]), "a note counts other records")
    need(b64(head) == state["link"] and (following is None) == last, "a note has another head")
    own, key = f"{sid}/{epoch}", state["key"]
    keys = nodes + ([(own, sha(own.encode() + b"\n\1" + key)[:4], key)] if key else [])
    need(signed_by(text, lines, keys) or (lines[0][0] != own and not nodes), "a note is signed by nobody that is trusted")
    state["key"], state["notes"] = b64(following) if following else None, state["notes"] + 1

def signed_by(text, lines, keys, cosigned=False):
    """How many of the keys have signed; a signature that does not hold counts for nobody."""
    found = set()
    for name, key_id, sig in lines:
        when = int.from_bytes(sig[:8], "big") if cosigned else 0
        message, sig = (b"cosignature/v1\ntime %d\n" % when + text, sig[8:]) if cosigned else (text, sig)
        found |= {key for n, i, key in keys if (n, i) == (name, key_id) and when < time.time() + 300 and signed(message, sig, key)}
    return len(found)

def range_root(leaves, first, size, hashes):
    """RFC 6962, 2.1.1, for leaves that stand side by side: the hashes nearest to them first."""
    hashes, after = list(hashes), first + len(leaves)
    need(leaves and 0 <= first and after <= size < UNIT, "a proof has not its form")
    def root_of(lo, hi):
        if hi <= first or lo >= after:
            return hashes.pop(0)
        if hi - lo == 1:
            return leaves[lo - first]
        middle = lo + (1 << ((hi - lo - 1).bit_length() - 1))
        halves = {part: root_of(*part) for part in ((lo, middle), (middle, hi))[::1 if first < middle else -1]}
        return sha(b"\1" + halves[lo, middle] + halves[middle, hi])
    found = root_of(0, size)
    need(not hashes, "a proof has hashes that are not needed")
    return found

def check_proof(data, trust):
    sids, given = set(), []
    for part in data.decode("utf-8").split(PROOF.decode())[1:]:
        head, _, checkpoint = part.partition("\n\n")
        extra, index, path = re.fullmatch(r"extra (\S*)\nindex (0|[1-9]\d*)((?:\n\S+)*)", head).groups()
        text, lines = read_note(checkpoint.encode())
        origin, size, root_now, end = text.decode().split("\n")
        by_log = signed_by(text, lines, [key for key in trust["log"] if key[0] == origin])
        if not by_log or signed_by(text, lines, trust["witness"], True) < trust["quorum"]:
            raise Unknown("the checkpoint is not signed by those who are trusted")
        extra, path = value(b64(extra))[0], [b64(line) for line in path.split()]
        need(range_root([sha(b"\0" + extra["entry"])], int(index), int(size), path) == b64(root_now), "the entry is not in the log")
        entry, frames = value(extra["entry"])[0], extra.get("frames", [])
        sids.add(entry["sid"])
        need(len(sids) == 1 and entry["type"] in ("open", "ckpt", "close") and not end, "an entry is of another kind")
        if frames and frames[0][:4] == struct.pack("<I", H):
            need((len(frames), entry["type"], sha(frames[0])) == (1, "open", entry["header"]), "a header is not the logged one")
            continue
        note, by = read_note(entry["note"].encode())
        sid, _, top, epoch = NOTE.match(note.decode()).groups()[:4]
        need(sid == entry["sid"] and (by[0][0] == f"{sid}/{epoch}" or signed_by(note, by, trust["node"])), "a note is another's")
        if not frames:
            need("records" not in extra, "records without their seal")
            continue
        seal, first = read_seal(frames[0][8:]), extra["first"]
        places = {S: (154, 186), I: (16, 48), F: (64, 96)}  # where each kind names the frame before it
        links = [frame[slice(*places[struct.unpack_from("<I", frame)[0]])] for frame in frames[1:]] + [b64(top)]
        need(links == [sha(frame) for frame in frames] and seal["epoch"] == int(epoch), "a seal is not the one that was signed")
        given += [each for each in extra["records"] if len(each) == 2]
        leaves = [each[0] if len(each) == 1 else sha(b"\0" + each[0] + each[1]) for each in extra["records"]]
        need(range_root(leaves, first, seal["n_rec"], extra["hashes"]) == seal["root"], "records are not those that were sealed")
        ok = [len(each) == 1 or (len(each[0]), record(each[1], 0)[0][0]) == (16, seal["first_seq"] + first + i)
              for i, each in enumerate(extra["records"])]
        need(all(ok), "a record has another number")
    return f"{len(given)} records of session {sids.pop()}"
def table(sizes):
    body = b"".join(struct.pack("<II", *size) for size in sizes) + struct.pack("<IBI", len(sizes), 0, 0x8F92EAB1)
    return struct.pack("<II", T, len(body)) + body

def verify(b, nodes, quick):
    st = {"sid": "", "link": b"", "notes": 0, "records": 0, "seals": 0, "key": None}
    mono, raw, comp, sizes, pending, stage, redacted = 0, 0, 0, [], None, "H", False
    for magic, frame, content in frames(b):
        body = frame[8:]
        if stage == "H" and (body[:4] != b"PGH1" or body[4] != 1):
            raise Unknown("not a recording of this version")
        need(stage in ALLOWED[magic] and (not pending or magic == S), "a frame stands where none may")
        if magic == T:
            ends = sum(size for size, _ in sizes) + len(frame) == len(b) and (stage == "T" or not st["notes"])
            need(frame == table(sizes) and ends, "the seek table is not that of this file, or not at its end")
            stage = "end"
            continue
        sizes.append((len(frame), content))
        if magic in (D, E, R):
            need(magic == R or (magic == E) == bool(closed), "a segment is not encrypted as the header says")
            redacted, pending = (redacted or magic == R), (frame, content) if magic != R else None
            continue
        if magic == H:
            st["sid"], closed, stage = body[8:34].decode("latin-1"), body[5] & 8, "b"
            ok = not body[5] & ~8 and body[6:8] == body[46:48] == b"\0\0" and abs(struct.unpack_from("<q", body, 34)[0]) < UNIT
            need(ok and re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", st["sid"]) and is_map(body[48:]), "the header is malformed")
        elif magic == S:
            seal = read_seal(body)
            place = (seal["segment"], seal["first_seq"], seal["epoch"], seal["prev"])
            need(place == (st["seals"], st["records"], st["notes"], st["link"]), "seals, records or notes are missing, or a link does not hold")
            need(seal["mono_first"] >= mono and bool(seal["flags"] & 4) == (pending is None), "a seal is out of its order")
            if redacted:
                raise Unknown("records were removed: use pangate replay verify --approvers")
            if pending:
                ok = (sha(pending[0]), len(pending[0])) == (seal["frame"], seal["comp_len"])
                need(ok and (closed or pending[1] == seal["raw_len"]), "a data frame is not the one sealed")
            if pending and not quick and not closed:
                check_content(pending[0], seal)
            st["seals"], st["records"], pending = st["seals"] + 1, st["records"] + seal["n_rec"], None
            mono, raw, comp = seal["mono_last"], raw + seal["raw_len"], comp + seal["comp_len"]
        elif magic == C:
            check_note(body, st, nodes, stage == "C")
            stage = "T" if stage == "C" else stage
        elif magic == I:
            need(body[:8] == b"PGI1\1\0\0\0" and body[8:40] == st["link"] and is_map(body[40:]), "the index does not follow")
            stage = "F"
        else:
            need(len(body) >= 120 and frame[-32:] == sha(frame[:-32]) and is_map(body[88:-32]), "the footer is malformed")
            m, v, fl, z, seals, recs, rawn, compn, last, _, _, head = struct.unpack_from("<4sBBHIQQQQqI32s", body)
            now = (b"PGF1", 1, 0, 0, st["link"], st["seals"], st["records"], raw, comp, mono)
            need((m, v, fl & ~1, z, head, seals, recs, rawn, compn, last) == now, "the footer counts other things")
            stage = "C"
        st["link"] = sha(frame)
    if stage != "end":
        raise Cut
    if nodes and not st["notes"]:
        raise Unknown("the recording is not signed")
    return f"{st['records']} records, {st['notes']} notes"

def main(words):
    quick = "--quick" in words
    trust, files, worst = read_trust(""), [], 0
    for before, word in zip([""] + words, words):
        if before == "--vkeys":
            trust = read_trust(open(word, encoding="utf-8").read())
        elif word not in ("--quick", "--vkeys"):
            files.append(word)
    for path in files:
        data = open(path, "rb").read()
        try:
            status, why = "VALID", check_proof(data, trust) if data.startswith(PROOF) else verify(data, trust["node"], quick)
        except Cut:
            ended = data[-4:] == b"\xb1\xea\x92\x8f"
            status, why = "TAMPERED" if ended else "TRUNCATED", "a frame is cut off" if ended else "the end is missing"
        except (Bad, Unknown) as fault:
            status, why = fault.status, str(fault)
        except (subprocess.CalledProcessError, ValueError, LookupError, TypeError, AttributeError, struct.error):
            status, why = "TAMPERED", "something is malformed"
        worst = max(worst, EXITS.index(status))
        print(f"{status}\t{path}\t{why}")
    return (0, 3, 4, 2)[worst]
if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
