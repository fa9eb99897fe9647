"""Families of forgeries. Each takes a random generator and the desk, writes a forged file and says what it did."""

import json
import random
import re
import shutil

from product import Product, canonical, key_of, sha

# Who must notice: all of them, and nobody else may be needed. `verify` alone is what only the replay can find.
BOTH = {"verify", "recipe"}
REPLAY = {"verify"}
MEMORY = {"memory"}


def pick(rng, product, first=2):
    return rng.randint(first, product.last())


def rewrite(rng, desk, out):
    """An event's text is changed, without or with new digests after it; nobody's key is known."""
    p = Product(desk.now, out)
    seq, event = pick(rng, p), None
    event = p.event(seq)
    member = rng.choice(["machine", "at", "name", "login", "request", "program", "offset_minutes", "changes"])
    event[member] = {"at": "2031-01-01T00:00:00Z", "offset_minutes": 7, "changes": []}.get(member, "other")
    p.set_event(seq, event)
    if rng.random() < 0.5:
        p.rehash(seq + 1)
    return p, f"event {seq}: {member}"


def insert(rng, desk, out):
    """A copy of an event is inserted in the middle; those after it are numbered and hashed anew."""
    p = Product(desk.now, out)
    seq, from_ = pick(rng, p), pick(rng, p)
    row = p.rows("SELECT digest, key, signature, body FROM event WHERE seq = ?", (from_,))[0]
    for (later,) in p.rows("SELECT seq FROM event WHERE seq >= ? ORDER BY seq DESC", (seq,)):
        event = p.event(later)
        event["seq"] = later + 1
        p.run("UPDATE event SET seq = ?, body = ? WHERE seq = ?", (later + 1, canonical(event), later))
    event = json.loads(row[3])
    event["seq"] = seq
    p.run("INSERT INTO event (seq, digest, key, signature, body) VALUES (?, ?, ?, ?, ?)",
          (seq, row[0], row[1], row[2], canonical(event)))
    p.rehash(seq)
    return p, f"a copy of event {from_} before event {seq}"


def reorder(rng, desk, out):
    """Two events change places, with or without new numbers and digests."""
    p = Product(desk.now, out)
    a, b = rng.sample(range(2, p.last() + 1), 2)
    rows = {seq: p.rows("SELECT digest, key, signature, body FROM event WHERE seq = ?", (seq,))[0] for seq in (a, b)}
    anew = rng.random() < 0.5
    for at, of in ((a, b), (b, a)):
        p.run("UPDATE event SET digest = ?, key = ?, signature = ?, body = ? WHERE seq = ?", (*rows[of], at))
    if anew:
        p.rehash(min(a, b))
    return p, f"events {a} and {b}"


def transplant(rng, desk, out):
    """Something true is put where it does not belong: a signature, a record's text, bytes, a key, an event of another file."""
    p = Product(desk.now, out)
    what = rng.choice(["signature", "event signature", "record", "bytes", "event"])
    if what == "signature":
        a, b = rng.sample([n for (n,) in p.rows("SELECT number FROM signature")], 2)
        column = rng.choice(["signature", "body"])
        p.run(f"UPDATE signature SET {column} = (SELECT {column} FROM signature WHERE number = ?) WHERE number = ?", (a, b))
    elif what == "event signature":
        a, b = rng.sample(range(1, p.last() + 1), 2)
        p.run("UPDATE event SET signature = (SELECT signature FROM event WHERE seq = ?) WHERE seq = ?", (a, b))
    elif what == "record":
        keys = [k for (k,) in p.rows("SELECT key FROM record WHERE key >> 32 = 8")]
        a, b = rng.sample(keys, 2)
        body = p.one("SELECT body FROM record WHERE key = ?", (a,)).replace(f'"PN-{a & 0xffff:04}"', f'"PN-{b & 0xffff:04}"')
        p.run("UPDATE record SET body = ? WHERE key = ?", (body, b))
    elif what == "bytes":
        p.run("UPDATE blob SET bytes = ?", (rng.randbytes(30),))
    else:
        p.run("ATTACH ? AS other", (str(desk.other),))
        seq = rng.randint(2, min(p.last(), p.one("SELECT max(seq) FROM other.event")))
        p.run("UPDATE event SET (digest, signature, body) = (SELECT digest, signature, body FROM other.event o"
              " WHERE o.seq = event.seq) WHERE seq = ?", (seq,))
        p.run("DETACH other")
    return p, what


def truncate(rng, desk, out):
    """An older copy is put in the file's place: the events after it are gone with all that they did."""
    old = rng.choice(desk.older)
    shutil.copy(old, out)
    return None, old.name


def fork(rng, desk, out):
    """An older copy, in which a true key's holder goes on otherwise."""
    old = rng.choice(desk.older)
    p = Product(old, out, desk.password)
    for turn in range(rng.randint(1, 4)):
        event = p.next_event("PN-0001", "packet.issue", "quality")
        event["facts"] = {"number": p.packet()}
        p.append(event, "PN-0001")
    return p, old.name


def re_sign(rng, desk, out):
    """The holder of a key rewrites an event of their own and signs with their key all that comes after it, also of others."""
    p = Product(desk.now, out, desk.password)
    person = rng.choice([who for who in p.keys if p.one(
        "SELECT count(*) FROM event JOIN signing_key k ON k.number = key WHERE person = ? AND event.seq < ?", (who, p.last()))])
    own = [seq for (seq,) in p.rows("SELECT seq FROM event WHERE key = ? AND seq BETWEEN 2 AND ?", (p.keys[person][0], desk.foreign))]
    seq = rng.choice(own or [2])
    event = p.event(seq)
    event["machine"] = "OTHER"
    p.set_event(seq, event)
    p.rehash(seq + 1)
    for later in range(seq, p.last() + 1):
        p.sign(later, person)
    return p, f"{person} from event {seq} on"


def own_tail(rng, desk, out):
    """The holder of a key rewrites the last events, which are all their own, and signs them anew."""
    p = Product(desk.now, out, desk.password)
    first = rng.randint(desk.foreign + 1, p.last())
    for seq in range(first, p.last() + 1):
        event = p.event(seq)
        event["machine"] = "OTHER"
        event["previous"] = p.one("SELECT digest FROM event WHERE seq = ?", (seq - 1,))
        p.set_event(seq, event)
        p.sign(seq, "PN-0001")
    return p, f"events {first} to {p.last()}"


def insider(rng, desk, out):
    """An act that the rules forbid, well formed and signed with the true key of its actor."""
    p = Product(desk.now, out, desk.password)
    person = rng.choice([who for who in p.keys if who != "PN-0001"])
    what = rng.choice(["state", "field", "role", "name", "before", "roles", "idle", "unknown", "rules", "cover"])
    event = p.next_event(person, "feedback.edit", "support")
    event["record"] = "FB-0001"
    field, after = ("state", "closed") if what == "state" else ("title", "Another title")
    if what not in ("idle", "roles"):
        p.change(event, "FB-0001", field, after)
        event["given"] = [field]
    if what == "field":
        p.change(event, "AP-0002", "decision", "rejected")
    if what == "role":
        event["role"] = "management"
    if what == "name":
        event["name"] = "Somebody Else"
    if what == "before":
        event["changes"][0]["fields"][0]["before"] = "what it never said"
    if what == "roles":
        event["request"], event["record"] = "person.edit", person
        p.change(event, person, "roles", ["quality", "sys_admin"])
    if what == "unknown":
        event["request"] = "feedback.forget"
    if what == "rules":
        event["rules"] = 99
    if what == "cover":
        event["reason"] = ""
    p.append(event, person)
    return p, f"{what} by {person}"


def credentials(rng, desk, out):
    """A wrapped key is rolled back to an older password, exchanged, weakened or taken away."""
    p = Product(desk.now, out)
    what = rng.choice(["older", "exchanged", "weakened", "removed", "day"])
    if what == "older":
        p.run("ATTACH ? AS old", (str(desk.older[0]),))
        p.run("DELETE FROM credential WHERE person = 'PN-0002'")
        p.run("INSERT INTO credential SELECT * FROM old.credential WHERE person = 'PN-0002'")
        p.run("DETACH old")
    elif what == "exchanged":
        p.run("UPDATE credential SET (salt, nonce, wrapped) = (SELECT salt, nonce, wrapped FROM credential WHERE person = 'PN-0001')"
              " WHERE person = 'PN-0002'")
    elif what == "weakened":
        p.run("UPDATE credential SET iterations = iterations + ?", (rng.choice([-1, 1, 100]),))
    elif what == "removed":
        p.run("DELETE FROM credential WHERE person = 'PN-0002'")
    else:
        p.run("UPDATE credential SET changed_at = '2041-01-01T00:00:00Z' WHERE person = 'PN-0002'")
    return p, what


def new_key(rng, desk, out):
    """A key of the forger's own comes into force for somebody, by an event that nothing allows."""
    import nacl.signing
    p = Product(desk.now, out)
    key = nacl.signing.SigningKey(rng.randbytes(32))
    p.keys["PN-0003"] = (99, key)
    event = p.next_event("PN-0003", rng.choice(["person.activate", "person.change_password"]), None)
    del event["role"]
    public, proof = key.verify_key.encode().hex(), None
    proof = key.sign(canonical({"person": "PN-0003", "public_key": public}).encode()).signature.hex()
    grant = rng.choice(["founder", {"former": {"proof": proof}}, {"code": {"event": rng.randint(1, 9), "proof": proof}}])
    event["record"] = "PN-0003"
    event["keys"] = [{"person": "PN-0003", "public_key": public, "credential": "0" * 64, "grant": grant}]
    p.run("INSERT INTO signing_key VALUES (99, 'PN-0003', ?, ?)", (key.verify_key.encode(), event["seq"]))
    p.append(event, "PN-0003")
    return p, str(grant)[:12]


def clock_back(rng, desk, out):
    """A true key's holder enters an act earlier than the last one and does not say so."""
    p = Product(desk.now, out, desk.password)
    event = p.next_event("PN-0001", "packet.issue", "quality")
    event["facts"], event["at"] = {"number": p.packet()}, f"20{rng.randint(10, 29)}-03-03T09:00:00Z"
    p.append(event, "PN-0001")
    return p, event["at"]


def clock_ahead(rng, desk, out):
    """A true key's holder enters an act with a moment that lies ahead."""
    p = Product(desk.now, out, desk.password)
    event = p.next_event("PN-0001", "packet.issue", "quality")
    event["facts"], event["at"] = {"number": p.packet()}, f"20{rng.randint(50, 80)}-03-03T09:00:00Z"
    p.append(event, "PN-0001")
    return p, event["at"]


def false_stamp(rng, desk, out):
    """A true key's holder adds a time stamp that no authority gave."""
    p = Product(desk.now, out, desk.password)
    event = p.next_event("PN-0001", "file.time_stamp", "quality")
    seq = rng.randint(1, p.last())
    token = rng.choice(["AAAA", "MIIB", "not base64", ""])
    event["facts"] = {"event": seq, "digest": p.one("SELECT digest FROM event WHERE seq = ?", (seq,)),
                      "time": event["at"], "token": token}
    p.append(event, "PN-0001")
    return p, f"on event {seq}"


def false_continuation(rng, desk, out):
    """A true key's holder says, without the signature that it needs, that events were lost."""
    p = Product(desk.now, out, desk.password)
    event = p.next_event("PN-0001", "file.continue", "sys_admin")
    event["facts"] = {"lost": {"seq": p.last() + rng.randint(1, 9), "digest": "ab" * 32}, "next": {"feedback": 90}}
    event["record"], event["reason"] = "PD-0001", "The disk failed"
    p.append(event, "PN-0001")
    return p, "feedback from 90 on"


def exchange(rng, desk, out):
    """A whole file made anew, with keys of its own, is put in the file's place."""
    shutil.copy(desk.other, out)
    return None, "another file"


FAMILIES = {
    "rewrite": (rewrite, BOTH),
    "insert": (insert, BOTH),
    "reorder": (reorder, BOTH),
    "transplant": (transplant, BOTH),
    "re-sign": (re_sign, BOTH),
    "new key": (new_key, BOTH),
    "credentials": (credentials, BOTH),
    "false stamp": (false_stamp, BOTH),
    "insider": (insider, REPLAY),
    "false continuation": (false_continuation, REPLAY),
    "clock back": (clock_back, REPLAY),
    "truncate": (truncate, MEMORY),
    "fork": (fork, MEMORY),
    "own tail": (own_tail, MEMORY),
    "exchange": (exchange, MEMORY),
    "clock ahead": (clock_ahead, {"nobody"}),
}
