"""A product file as a forger sees it: what docs/file-format.md tells, and no code of the program."""

import hashlib
import json
import shutil
import sqlite3

import nacl.bindings
import nacl.pwhash.argon2id
import nacl.signing

KINDS = ["PD", "FB", "PR", "CR", "IA", "AP", "AT", "PN", "PL", "TR"]


def canonical(value):
    """Canonical text: sorted members, no white space, the shortest escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha(text):
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def key_of(record):
    """The key by which the file keeps a record."""
    return ((KINDS.index(record[:2]) + 1) << 32) + int(record[3:])


class Product:
    """A copy of a file, without its triggers until `close`."""

    def __init__(self, source, path, password=None):
        shutil.copy(source, path)
        self.path = path
        self.conn = sqlite3.connect(path, isolation_level=None)
        self.run("PRAGMA foreign_keys = OFF")
        self.run("PRAGMA ignore_check_constraints = ON")
        self.triggers = self.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for name, _ in self.triggers:
            self.run(f"DROP TRIGGER {name}")
        self.keys = {}
        if password is not None:
            self.unlock(password)

    def close(self):
        there = {name for (name,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for _, sql in self.triggers:
            if sql.split(" ON ")[1].split()[0] in there:
                self.run(sql)
        self.conn.close()

    def run(self, sql, values=()):
        return self.conn.execute(sql, values)

    def rows(self, sql, values=()):
        return self.run(sql, values).fetchall()

    def one(self, sql, values=()):
        row = self.run(sql, values).fetchone()
        return row[0] if row else None

    def unlock(self, password):
        """Every person's key that the password unwraps, as somebody who knows it might."""
        sql = "SELECT person, key, memory_kib, iterations, salt, nonce, wrapped FROM credential"
        for person, number, memory, passes, salt, nonce, wrapped in self.rows(sql):
            secret = nacl.bindings.crypto_pwhash_alg(
                32, password.encode(), salt, passes, memory * 1024, nacl.bindings.crypto_pwhash_ALG_ARGON2ID13)
            seed = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(wrapped, person.encode(), nonce, secret)
            self.keys[person] = (number, nacl.signing.SigningKey(seed))

    def last(self):
        return self.one("SELECT max(seq) FROM event")

    def head(self):
        return self.run("SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1").fetchone()

    def event(self, seq):
        return json.loads(self.one("SELECT body FROM event WHERE seq = ?", (seq,)))

    def set_event(self, seq, event):
        body = canonical(event)
        self.run("UPDATE event SET body = ?, digest = ? WHERE seq = ?", (body, sha(body), seq))

    def sign(self, seq, person):
        """Signs an event anew with the key of a person, whoever its actor is."""
        digest = self.one("SELECT digest FROM event WHERE seq = ?", (seq,))
        number, key = self.keys[person]
        self.run("UPDATE event SET key = ?, signature = ? WHERE seq = ?",
                 (number, key.sign(digest.encode()).signature, seq))

    def rehash(self, first):
        """Links and digests anew from an event on, which needs no key."""
        for (seq,) in self.rows("SELECT seq FROM event WHERE seq >= ? ORDER BY seq", (first,)):
            event = self.event(seq)
            event["seq"] = seq
            before = self.one("SELECT digest FROM event WHERE seq < ? ORDER BY seq DESC LIMIT 1", (seq,))
            event["previous"] = before or "0" * 64
            self.set_event(seq, event)

    def next_event(self, person, request, role):
        """An event that goes on from the last one, by a person whose key is known."""
        seq, digest = self.head()
        last = self.event(seq)
        record = json.loads(self.one("SELECT body FROM record WHERE key = ?", (key_of(person),)))
        return {"seq": seq + 1, "previous": digest, "at": last["at"], "offset_minutes": last["offset_minutes"],
                "actor": person, "login": record["fields"]["login"], "name": record["fields"]["title"],
                "role": role, "request": request, "changes": [], "rules": last["rules"], "machine": last["machine"],
                "program": last["program"]}

    def packet(self):
        """The number of the next packet."""
        issued = self.one("SELECT count(*) FROM event WHERE request = 'packet.issue'")
        return f"PK-{issued + 1:04d}"

    def append(self, event, person):
        body = canonical(event)
        number, key = self.keys[person]
        signature = key.sign(sha(body).encode()).signature
        self.run("INSERT INTO event (seq, digest, key, signature, body) VALUES (?, ?, ?, ?, ?)",
                 (event["seq"], sha(body), number, signature, body))

    def change(self, event, record, field, after):
        """A change of one field, in the record, the index and the event."""
        body = json.loads(self.one("SELECT body FROM record WHERE key = ?", (key_of(record),)))
        body["revision"] += 1
        if field == "state":
            before, body["state"], body["state_since"] = body["state"], after, event["at"]
        else:
            before = body["fields"].get(field)
            body["fields"][field] = after
        text = canonical(body)
        self.run("UPDATE record SET body = ? WHERE key = ?", (text, key_of(record)))
        self.run("INSERT INTO touch VALUES (?, ?, ?)", (key_of(record), body["revision"], event["seq"]))
        event["changes"].append({"record": record, "revision": body["revision"], "digest": sha(text),
                                 "fields": [{"field": field, "before": before, "after": after}]})

    def with_schema(self, table, change, then):
        """Does something while a table's declaration reads otherwise, and puts the declaration back."""
        sql = self.one("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))
        for text in (change(sql), sql):
            self.run("PRAGMA writable_schema = ON")
            self.run("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (text, table))
            self.run("PRAGMA writable_schema = OFF")
            self.conn.close()
            self.conn = sqlite3.connect(self.path, isolation_level=None)
            self.run("PRAGMA ignore_check_constraints = ON")
            if text is not sql:
                then()
