"""Applies a mutant to a copy: apply.py MUTANT FOLDER. Its text has to stand once in the function it names."""

import pathlib
import re
import sys

mutant, folder = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2])
head, rest = mutant.split("\n<<<<\n", 1)
old, rest = rest.split("\n====\n", 1)
new = rest.split("\n>>>>", 1)[0]
named = dict(line.split(" ", 1) for line in head.splitlines() if line.startswith(("file ", "fn ")))
path = folder / named["file"]
text = path.read_text()
places = []
for found in re.finditer(r"\bfn " + re.escape(named["fn"]) + r"\b", text):
    begin = found.start()
    after = re.search(r"\n    }\n|\n}\n", text[begin:])
    end = begin + (after.end() if after else len(text))
    places += [(begin, end)] * text[begin:end].count(old)
if len(places) != 1:
    sys.exit(f"{sys.argv[1]}: its text stands {len(places)} times in {named['fn']} of {named['file']}")
begin, end = places[0]
path.write_text(text[:begin] + text[begin:end].replace(old, new) + text[end:])
