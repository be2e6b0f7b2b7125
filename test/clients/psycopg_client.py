"""psycopg 3 for psycopg.test.ts: asks every way it knows, prints what it got as JSON lines.

Takes the connection from the PG* variables. Types are asserted here: a masked value must still
be what the column's type makes of it.
"""

import decimal
import json
import sys
import threading
import time

import psycopg
from psycopg.rows import tuple_row

COLUMNS = {
    "id": int, "pan": str, "pan_varchar": str, "pan_char": str, "pan_bigint": (int, type(None)),
    "pan_numeric": (decimal.Decimal, type(None)), "cvv": str, "cvv_number": (int, type(None)), "details": dict, "raw": bytes,
    "previous": list, "previous_numbers": list, "note": (str, type(None)),
}
QUERY = "SELECT %s FROM cards WHERE id <= %%s ORDER BY id" % ", ".join(COLUMNS)


def say(name, value):
    def plain(inner):
        return inner.decode("latin1") if isinstance(inner, (bytes, memoryview)) else str(inner)
    print(json.dumps([name, value], default=plain))


def check(rows):
    for row in rows:
        for value, (name, kind) in zip(row, COLUMNS.items()):
            assert isinstance(value, kind), (name, type(value))
        assert all(isinstance(number, int) for number in row[11]), "previous_numbers"
    return rows


def results(connection):
    for binary in (False, True):
        for prepare in (False, True):
            cursor = connection.cursor(binary=binary)
            say("rows", check(cursor.execute(QUERY, (150,), prepare=prepare).fetchall()))
            say("again", check(cursor.execute(QUERY, (40,), prepare=prepare).fetchall()))


def server_cursors(connection):
    for binary in (False, True):
        with connection.transaction():
            cursor = connection.cursor(name="held", binary=binary)
            cursor.itersize = 30
            cursor.execute(QUERY, (100,))
            say("server cursor", check(list(cursor)))
            cursor.close()


def pipelines(connection):
    with connection.pipeline():
        cursors = [connection.execute(QUERY, (count,)) for count in (3, 30, 60)]
        say("pipeline", [check(cursor.fetchall()) for cursor in cursors])


def copies(connection):
    with connection.cursor() as cursor:
        for form in ("text", "csv", "binary"):
            with cursor.copy("COPY (SELECT * FROM cards ORDER BY id LIMIT 2000) TO STDOUT (FORMAT %s)" % form) as copy:
                say("copy " + form, b"".join(bytes(part) for part in copy))
        with cursor.copy("COPY (SELECT id, pan, note FROM cards ORDER BY id LIMIT 500) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int4", "text", "text"])
            say("copy rows", list(copy.rows()))
        cursor.execute("CREATE TEMP TABLE copied (id int, word text)")
        with cursor.copy("COPY copied FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            for number in range(1000):
                copy.write_row((number, "word %d" % number))
        assert cursor.execute("SELECT count(*) FROM copied").fetchone()[0] == 1000


def transactions(connection):
    try:
        with connection.transaction():
            connection.execute("CREATE TEMP TABLE gone (id int)")
            with connection.transaction():
                connection.execute("INSERT INTO gone VALUES (1)")
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    try:
        connection.execute("SELECT * FROM gone")
        raise AssertionError("the transaction was not taken back")
    except psycopg.errors.UndefinedTable:
        pass


def complaints(connection):
    connection.add_notice_handler(lambda notice: say("notice", [notice.message_primary, notice.message_detail, notice.message_hint]))
    connection.execute("""DO $$ DECLARE p text; BEGIN SELECT pan INTO p FROM cards WHERE id = 2;
        RAISE NOTICE 'card %%', p USING DETAIL = p, HINT = 'hint ' || p; END $$""" % ())
    try:
        connection.execute("SELECT ('card ' || pan)::int FROM cards WHERE id = %s", (4,))
        raise AssertionError("no error")
    except psycopg.errors.InvalidTextRepresentation as error:
        say("error", [error.diag.message_primary, error.diag.context, error.diag.sqlstate])


def notifications(connection):
    connection.add_notify_handler(lambda notify: say("notification", notify.payload))
    connection.execute("LISTEN cards")
    connection.execute("SELECT pg_notify('cards', 'card ' || pan) FROM cards WHERE id = 2")
    connection.execute("SELECT 1")


def cancels(connection):
    threading.Timer(0.4, connection.cancel).start()
    began = time.monotonic()
    try:
        connection.execute("SELECT pg_sleep(30)")
        raise AssertionError("not cancelled")
    except psycopg.errors.QueryCanceled:
        assert time.monotonic() - began < 10
    assert connection.execute("SELECT 1").fetchone() == (1,)


def main():
    for step in (results, server_cursors, pipelines, copies, transactions, complaints, notifications, cancels):
        with psycopg.connect("", autocommit=True, row_factory=tuple_row) as connection:
            step(connection)
        print(json.dumps(["done", step.__name__]), file=sys.stderr)


main()
