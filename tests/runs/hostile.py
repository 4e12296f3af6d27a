"""Conditions and orders by somebody who means harm: what must end in `InputError`.

Each is a family of its own kind of harm, told by its name; together they are more than
the 125 of the review that found some of them to take gigabytes and minutes.
"""

BIG = 900_000_000

BOMBS = {
    f"{name}-{i}": text
    for name, texts in {
        "printf": [
            f"length(printf('%.*c', {BIG}, 'x')) > 1",
            f"length(printf('%.*c', {BIG}, 'x')||run) > 1 and 1",
            f"printf('%{BIG}d', seed) is not null",
            f"printf('%.{BIG}f', 0.1) > ''",
            f"PRINTF('%0{BIG}d', 1) = run",
        ],
        "format": [
            f"format('%.*c', {BIG}, 'x') = run",
            f"length(format('%{BIG}s', run)) > 1",
            f"\"format\"('%.*c', {BIG}, run) = run",
        ],
        "replace": [
            f"length(replace(printf('%.*c', {BIG}, 'x'), 'x', 'xx')) > 1",
            "length("
            + "replace(" * 9
            + "'xxxxxxxxxx'"
            + ",'x','xxxxxxxxxx')" * 9
            + ")",
            "replace(run, '', run) = replace(hex(run), '0', hex(run))",
        ],
        "instr": [
            f"instr(printf('%.*c',{BIG},'x'), printf('%.*c',{BIG // 2},'x')||'y')",
            f"instr(zeroblob({BIG}), zeroblob({BIG // 2})||'y') = 0",
            "instr(hex(zeroblob(9999999)), hex(zeroblob(4999999))||'1') = 0",
        ],
        "blob": [
            f"length(zeroblob({BIG})) > 1",
            f"hex(zeroblob({BIG // 2})) = ''",
            f"length(hex(hex(hex(zeroblob({BIG // 8}))))) > 1",
            f"randomblob({BIG}) is null",
            f"quote(zeroblob({BIG // 2})) = ''",
            f"unhex(hex(randomblob({BIG // 4}))) is null",
            f"soundex(hex(zeroblob({BIG // 4}))) = ''",
            f"char({', '.join(['120'] * 900)}) = run",
            "x'" + "00" * 4000 + "' = zeroblob(4000)",
        ],
        "like": [
            f"printf('%.*c', {BIG}, 'a') like '%a%a%a%a%a%a%a%b'",
            "hex(zeroblob(999999)) like '" + "%0" * 2000 + "1'",
            "run like '" + "%_" * 3000 + "'",
            "run not like '" + "%a" * 4000 + "' escape '!'",
        ],
        "glob": [
            f"printf('%.*c', {BIG}, 'a') glob '*a*a*a*a*a*a*b'",
            "run glob '" + "*?" * 3000 + "'",
            "hex(zeroblob(999999)) glob '" + "*[0-9]" * 900 + "x'",
        ],
        "aggregate": [
            "group_concat(run) > ''",
            "count(*) > 0",
            "sum(seed) > 1",
            "max(seed) > 1",
            "json_group_array(run) > ''",
            "total(seed) over () > 1",
            "row_number() over (order by seed) > 1",
        ],
    }.items()
    for i, text in enumerate(texts)
}

NESTED = {
    "parentheses": "(" * 4000 + "1" + ")" * 4000,
    "parentheses-open": "(" * 9000,
    "not": "not " * 2400 + "1",
    "minus": "- " * 4900 + "1",
    "and": " and ".join(["seed"] * 1100),
    "or": " or ".join(["seed=1"] * 900),
    "plus": "+".join(["seed"] * 1900),
    "concatenation": "||".join(["run"] * 1900) + " > ''",
    "case": "case when 1 then " * 300 + "1" + " end" * 300,
    "abs": "abs(" * 1900 + "1" + ")" * 1900,
    "coalesce": "coalesce(" + ",".join(["null"] * 1900) + ",1)",
    "max": "max(" * 1000 + "1" + ",2)" * 1000,
    "long": "seed < 5 or " * 100_000 + "1",
    "spaces": "1" + " " * 1_000_000 + "x",
    "quotes": "'" + "''" * 4999,
    "between": "1 between " * 800 + "1",
}

READING = {
    "subselect": "(select 1)",
    "subselect-own": "seed in (select seed from runs)",
    "exists": "exists (select 1)",
    "exists-cache": "exists (select * from cache)",
    "schema": "exists (select * from sqlite_master)",
    "schema-new": "exists (select * from sqlite_schema)",
    "temp-schema": "exists (select * from sqlite_temp_master)",
    "pragma-table": "exists (select * from pragma_table_info('runs'))",
    "pragma-databases": "exists (select * from pragma_database_list)",
    "dbstat": "exists (select * from dbstat)",
    "join": "(select count(*) from runs a, runs b, runs c, runs d, runs e) > 0",
    "join-24": "(select count(*) from "
    + ",".join(f"runs a{i}" for i in range(24))
    + ") > 0",
    "join-natural": "(select count(*) from runs natural join runs natural join runs)",
    "sort": "(select count(*) from (select a.run||b.run x from runs a, runs b"
    " order by x limit 1000000000)) > 0",
    "doubling": "length((select a||a from (select a||a a from (select run a)))) > 1",
    "recursive": "seed in (with recursive c(x) as (select 1 union all select x+1"
    " from c) select x from c)",
    "recursive-text": "1 in (with recursive c(x) as (select 'x' union all"
    " select x||x from c) select length(x) from c)",
    "with": "(with a as (select 1) select * from a)",
    "values": "seed in (values (1), (2))",
    "table": "seed in runs",
    "generate": "1 in (select value from generate_series(1, 1000000000))",
    "json-each": "1 in (select value from json_each('[1]'))",
    "json-tree": "1 in (select key from json_tree(run))",
    "intersect": "1) intersect select 1 --",
    "union": "1) union select 1 --",
    "union-all": "1) union all select * from runs --",
    "except": "1) except select 1 --",
    "having": "1) group by seed having (1",
    "limit": "1) limit (1",
    "order": "1) order by (1",
    "window": "1) window w as (partition by seed",
    "collate": "run collate nocase = 'x'",
    "cast": "cast(run as blob) = ''",
    "rowid": "rowid > 0",
    "hidden-rowid": "_rowid_ > 0",
    "star": "runs.* is null",
    "qualified": "runs.seed = 0",
    "other-schema": "main.runs.seed = 0",
    "match": "run match 'x'",
    "regexp": "run regexp 'x'",
    "raise": "raise(abort, 'x')",
    "parameter": "seed = ?",
    "parameter-named": "seed = :seed",
    "parameter-numbered": "seed = ?1",
    "parameter-at": "seed = @x",
    "parameter-dollar": "seed = $x",
    "hex-number": "seed = 0x10",
    "bits": "seed & ~1 << 60",
    "arrow": "run -> '$'",
}

WRITING = {
    "drop": "1; drop table runs",
    "drop-closed": "1); drop table runs; --",
    "delete": "1); delete from runs --",
    "insert": "1; insert into runs values (1)",
    "update": "1; update runs set seed = 1",
    "create": "1); create table x (y); --",
    "trigger": "1); create trigger t after insert on runs begin select 1; end; --",
    "attach": "attach database 'x' as y",
    "attach-stacked": "1); attach database '/tmp/telic-hostile' as y; --",
    "vacuum": "1); vacuum into '/tmp/telic-hostile'; --",
    "pragma": "pragma writable_schema = 1",
    "pragma-stacked": "1); pragma journal_mode = delete; --",
    "begin": "1); begin exclusive; --",
    "load": "load_extension('x')",
    "load-entry": "load_extension('/lib/x86_64-linux-gnu/libc.so.6', 'system')",
    "readfile": "readfile('/etc/passwd') > ''",
    "writefile": "writefile('/tmp/telic-hostile', 'x') = 1",
    "edit": "edit(run) = ''",
    "tokenizer": "fts3_tokenizer('simple') is null",
    "tokenizer-set": "fts3_tokenizer('x', x'4141414141414141')",
    "log": "sqlite_log(1, run) is null",
    "random": "random() > 0",
    "changes": "changes() + total_changes() = 0",
    "version": "sqlite_version() > ''",
    "source": "sqlite_source_id() > ''",
    "offset": "sqlite_offset(seed) > 0",
    "option": "sqlite_compileoption_get(0) > ''",
    "now": "datetime('now') > ''",
    "strftime": f"length(strftime('{'%s' * 2000}', 'now')) > 1",
    "rowid-last": "last_insert_rowid() = 0",
    "likelihood": "likelihood(seed, 0.5)",
    "iif": "iif(seed, 1, 2)",
    "unicode": "unicode(run) > 0",
    "json": "json(run) is null",
}

TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "open": "(",
    "closed": ")",
    "nul": "\x00",
    "nul-behind": "seed < 5\x00; drop table runs",
    "half": "seed = '\ud800'",
    "half-bare": "\ud800",
    "direction": "seed \u202e< 5",
    "letters": "\u017feed < 5",
    "wide": "\uff53eed < 5",
    "digits": "seed < ٣",
    "accents": "seed" + "\u0301" * 5000 + " < 5",
    "escape": "seed < \x1b[31m5",
    "comment": "seed < 5 -- and more",
    "comment-block": "seed /* < 5 */ < 5",
    "comment-open": "seed < 5 /*",
    "backtick": "`seed` < 5",
    "bracket": "[seed] < 5",
    "string-open": "run = 'x",
    "name-open": '"run = 1',
    "name-unknown": '"no such" = 1',
    "string-double": 'run = "x"',
    "huge": "seed = " + "9" * 9000 + "x",
    "exponent": "seed = 1e" + "9" * 5000 + "e",
    "dots": "seed = 1.2.3",
    "words": "and and and",
    "ends": "end",
    "tail": "seed <",
    "semicolon": ";",
    "unknown": "final_retun_blue > 0",
    "keyword": "select",
}

QUERIES = {**BOMBS, **NESTED, **READING, **WRITING, **TEXTS}
"""Conditions, by name."""

ORDERS = {
    **{f"order-{name}": text for name, text in BOMBS.items()},
    "order-number": "1",
    "order-two": "seed, run",
    "order-expression": "-seed",
    "order-nulls": "seed desc nulls last",
    "order-collate": "run collate nocase",
    "order-random": "random()",
    "order-subselect": "(select count(*) from runs a, runs b, runs c)",
    "order-case": "case when seed then run else seed end",
    "order-stacked": "seed; drop table runs",
    "order-limit": "seed limit 1 offset 1",
    "order-comment": "seed --",
    "order-quoted": '"seed"',
    "order-empty": "",
    "order-half": "\ud800",
    "order-long": "seed " + "desc " * 100_000,
    "order-unknown": "final_retun_blue desc",
}
"""What to sort by, by name."""
