# SPDX-License-Identifier: Apache-2.0
"""The numbers of what was done, as JSON and as a table without a cap."""

import csv
import io

from mod import *

w = World()
w.reports(3)
until(lambda: len(w.cases()) == 3)
case = w.cases()[0]["case"]
queue = w.cases()[0]["queue"]
w.open(w.ann, case)
w.ann.must("POST", "/v1/cases/%d/decide" % case, {
    "policy": "fraud", "outcome": "warn", "explanation": "You broke a rule."})


def table(query=""):
    status, text, headers = w.mod.request(
        "GET", "/v1/statistics?format=csv" + query, headers={
            "Authorization": "Bearer " + w.aud.token})
    assert status == 200, text
    assert headers["Content-Type"].startswith("text/csv"), headers
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def lines(query=""):
    return [[str(line[k]) for k in ("day", "queue", "measure", "count",
                                    "total")]
            for line in w.aud.must("GET", "/v1/statistics?" + query)["lines"]]


head, *rows = table()
check("the table has a head", head == ["day", "queue", "measure", "count",
                                       "total_ms"], head)
check("and the lines that JSON has", rows == lines(), rows)
sums = {}  # of each measure: over midnight it has two lines
for _, of, measure, count, total in rows:
    if of == queue:
        n, t = sums.get(measure, (0, 0))
        sums[measure] = (n + int(count), t + int(total))
check("one for each measure and day, and for nothing else", len(sums) == 7 and
      len({tuple(row[:3]) for row in rows}) == len(rows) and
      {row[1] for row in rows} == {queue}, rows)
check("they count what was done", all(
    sums.get(measure, (0,))[0] == count for measure, count in (
        ("reports", 3), ("cases", 3), ("waited", 1), ("claimed", 1),
        ("opened", 1), ("decided.warn", 1), ("decided_within.1", 1))), sums)
check("and how long it took", 0 < sums["decided.warn"][1] < 600000 and
      sums["waited"][1] <= sums["decided.warn"][1], sums)

DAYS, MEASURES = 1000, 50
w.mod.stop()
db = sqlite3.connect(w.mod.file("data/mod.db"))
db.executemany(
    "INSERT INTO statistics (day, queue, measure, count, total)"
    " VALUES (?, 'old', ?, ?, ?)",
    ((day, "measure.%02d" % m, day + m, day * m) for day in range(DAYS)
     for m in range(MEASURES)))
db.commit()
db.close()
w.mod.start()
rows = table("&from=0&to=%d" % DAYS)[1:]
check("a table of 50,000 lines is whole", len(rows) == DAYS * MEASURES and
      rows[-1] == ["1972-09-26", "old", "measure.49", str(DAYS + 48),
                   str((DAYS - 1) * 49)], (len(rows), rows[-1]))
check("and in order", rows == sorted(rows))
check("days are from one to before another",
      {row[0] for row in table("&from=31&to=33")[1:]} ==
      {"1970-02-01", "1970-02-02"})
w.mod.stop()
finish()
