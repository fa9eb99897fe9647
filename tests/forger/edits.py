"""Random edits of any table, the schema or the header: the program and the recipe must say the same of each."""

import json
import re
import sqlite3

from product import Product

# What is no evidence, or derived and made anew: nobody notices that it reads otherwise (docs/file-format.md).
NO_EVIDENCE = re.compile(r"(a row (of|into) )?(search_|draft|sign_in_failure)|product_file\.made_|view$")

# Text of somebody who knows no format, and of somebody who does.
TEXTS = ["", "other", "PN-0001", "FB-0001", "0" * 64, "2031-01-01T00:00:00Z", "é", "a\nb", "'", "{}"]


def other_value(rng, p, table, column, value):
    """Another value for a column: of another row, near the present one, or anything."""
    turn = rng.random()
    if turn < 0.4:
        return p.one(f"SELECT {column} FROM {table} ORDER BY random() LIMIT 1")
    if isinstance(value, int):
        return value + rng.choice([-1, 1, 1 << 20, 1 << 32])
    if isinstance(value, bytes):
        if not value:
            return b"x"
        at = rng.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << rng.randrange(8))]) + value[at + 1:]
    if isinstance(value, str) and column == "body":
        return other_body(rng, value)
    if isinstance(value, str) and value and turn < 0.8:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice("0aZ-:é") + value[at + 1:]
    return rng.choice(TEXTS)


def other_body(rng, value):
    """The text of a row with one member changed, or one letter."""
    try:
        body = json.loads(value)
        member = rng.choice(list(body))
        body[member] = rng.choice(["other", 1, None, [], {}, "FB-0001", "PN-0002"])
        return json.dumps(body, sort_keys=rng.random() < 0.9, separators=(",", ":"), ensure_ascii=rng.random() < 0.1)
    except (ValueError, TypeError, IndexError):
        return value + " "


def edit_row(rng, p, table):
    """Changes, removes or doubles one row."""
    names = p.rows(f"SELECT name, pk FROM pragma_table_info('{table}')")
    columns, keys = [n for n, _ in names], [n for n, pk in names if pk] or ["rowid"]
    row = p.run(f"SELECT {', '.join(columns)} FROM {table} ORDER BY random() LIMIT 1").fetchone()
    if row is None:
        values = [rng.choice(TEXTS) for _ in columns]
        p.run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(values))})", values)
        return f"a row into {table}"
    where = " AND ".join(f"{key} IS ?" for key in keys)
    at = p.run(f"SELECT {', '.join(keys)} FROM {table} WHERE {' AND '.join(c + ' IS ?' for c in columns)}", row).fetchone()
    turn = rng.random()
    if turn < 0.15:
        p.run(f"DELETE FROM {table} WHERE {where}", at)
        return f"a row of {table} removed"
    column = rng.choice(columns)
    value = row[columns.index(column)]
    new = other_value(rng, p, table, column, value)
    if new == value and turn >= 0.3:
        raise TypeError("that changes nothing")
    if turn < 0.3:
        values = [new if name == column else old for name, old in zip(columns, row)]
        key = keys[-1]
        if key in columns and isinstance(values[columns.index(key)], int) and key != column:
            values[columns.index(key)] += rng.choice([1, 1000])
        p.run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(values))})", values)
        return f"a row of {table} doubled with another {column}"
    if rng.random() < 0.06 and isinstance(value, str):
        p.run(f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE {where}", (value.encode()[:5] + b"\xff", *at))
        return f"{table}.{column} is no UTF-8"
    p.run(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *at))
    return f"{table}.{column}"


def false_column(rng, p):
    """A column that is computed from the text and stored says something else."""
    table, column = rng.choice([("record", c) for c in ("parent", "state", "owner", "created_at", "state_since", "title")]
                               + [("signature", "subject"), ("signature", "event")])

    def plain(sql):
        lines = []
        for line in sql.split("\n"):
            if line.strip().startswith(column + " "):
                kind = "INTEGER" if column == "event" else "TEXT"
                line = f"  {column} {kind}" + ("," if line.rstrip().endswith(",") else "")
            lines.append(line)
        return "\n".join(lines)

    key = "key" if table == "record" else "number"
    p.with_schema(table, plain, lambda: p.run(
        f"UPDATE {table} SET {column} = ? WHERE {key} = (SELECT {key} FROM {table} ORDER BY random() LIMIT 1)",
        (1 if column == "event" else rng.choice(TEXTS),)))
    return f"false column {table}.{column}"


def edit_schema(rng, p):
    """Something in the schema or the header is added, taken away or changed."""
    what = rng.choice(["trigger", "index", "view", "lying view", "new view", "new table", "new trigger", "application_id", "user_version",
                       "check"])
    if what == "trigger":
        p.triggers.pop(rng.randrange(len(p.triggers)))
    elif what == "index":
        p.run(f"DROP INDEX {p.one('SELECT name FROM sqlite_schema WHERE type = ? AND sql NOT NULL ORDER BY random()', ('index',))}")
    elif what in ("view", "lying view"):
        name, sql = p.run("SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY random()").fetchone()
        p.run(f"DROP VIEW {name}")
        if what == "lying view":
            p.run(rng.choice([sql + " LIMIT 1", sql.replace("$.fields.title", "$.fields.name"), sql.replace("FROM record", "FROM record AS r")]))
    elif what == "new view":
        p.run("CREATE VIEW shown AS SELECT 1 AS number")
    elif what == "new table":
        p.run("CREATE TABLE shown (number INTEGER)")
    elif what == "new trigger":
        p.run("CREATE TRIGGER shown AFTER INSERT ON draft BEGIN DELETE FROM draft; END")
    elif what == "check":
        sql = p.one("SELECT sql FROM sqlite_schema WHERE name = 'blob'")
        p.run("PRAGMA writable_schema = ON")
        p.run("UPDATE sqlite_schema SET sql = ? WHERE name = 'blob'", (sql.replace("64", "1"),))
    else:
        p.run(f"PRAGMA {what} = {rng.randrange(2, 100)}")
    return what


def random_edit(rng, desk, out):
    """One random edit; what SQLite itself refuses to write is tried otherwise."""
    while True:
        p = Product(desk.now, out)
        p.conn.create_function("random", 0, lambda: rng.randrange(1 << 30))
        try:
            turn = rng.random()
            if turn < 0.12:
                what = edit_schema(rng, p)
            elif turn < 0.2:
                what = false_column(rng, p)
            else:
                tables = [t for (t,) in p.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'search' ORDER BY name")]
                what = edit_row(rng, p, rng.choice(tables))
            return p, what
        except (sqlite3.Error, OverflowError, TypeError):
            p.conn.close()
