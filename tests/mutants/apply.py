"""Puts every mutant into a copy, each behind a switch of its own: apply.py FOLDER.

Each text of a mutant has to stand once in the function it names; where the replacement says MUTATED, the program asks
whether the environment's MUTANT names it. So one build tells the stories of all of them.
"""

import pathlib
import re
import sys

SWITCH = '''
/// Whether this mutant is to be tried.
pub(crate) fn mutated(name: &str) -> bool {
    static MUTANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    MUTANT.get_or_init(|| std::env::var("MUTANT").ok()).as_deref() == Some(name)
}
'''


def put(mutant: pathlib.Path, folder: pathlib.Path) -> None:
    head, *parts = mutant.read_text().split("\n<<<<\n")
    switch = f'crate::mutated("{mutant.stem}")'
    for part in parts:
        old, new = part.split("\n>>>>", 1)[0].split("\n====\n", 1)
        exchange(mutant, folder, head, old, new.replace("MUTATED", switch))


def exchange(mutant: pathlib.Path, folder: pathlib.Path, head: str, old: str, new: str) -> None:
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
        sys.exit(f"{mutant}: its text stands {len(places)} times in {named['fn']} of {named['file']}")
    begin, end = places[0]
    path.write_text(text[:begin] + text[begin:end].replace(old, new) + text[end:])


folder = pathlib.Path(sys.argv[1])
for mutant in sorted(pathlib.Path(__file__).parent.glob("*.txt")):
    put(mutant, folder)
with (folder / "src/lib.rs").open("a") as library:
    library.write(SWITCH)
