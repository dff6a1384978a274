"""Who speaks in a clip of the voices pack, as far as its path tells."""

import re

VCTK = re.compile(r"(p\d{3})_(\d{3})")
STARGAN = re.compile(r"/(p\d{3})x(p\d{3})/(source|target)")
LJSPEECH = re.compile(r"LJ\d{3}-\d{4}")
READER = re.compile(r"(?<!\d)(\d{2,5})[_-](\d{3,6})[_-](\d{4,6})(_\d{6})?")
DAPS = re.compile(r"([fm]\d+)_script")
SINGLE = re.compile(r"/(jsut|csmsc)/raw/(.*)")


def ljspeech_of(path, name, source):
    """The one voice of LJSpeech, whom several pages show under numbers of their own."""
    known = LJSPEECH.search(name)
    if known:
        return known[0]
    if source == "styletts2.github.io" and "LJSpeech" in path:
        return f"{source} {'OOD' if 'OOD' in path else 'ID'} {name}"
    if source in ("vits-demo", "hifi-gan-demo") and "/ss" in path:
        return f"{source} {name}"
    return None


def speaker_of(row, last=False):
    """(speaker, utterance) of a row of the manifest, or None where the path does not tell. Two clips of one utterance are the same words recorded
    once. `last`: of a path that names two, the second, which of a converted voice is the target."""
    path, source = row["source_path"], row["source"].split("/")[-1]
    name = path.split("/")[-1]
    found = VCTK.findall(name)
    readers = list(READER.finditer(name)) or list(READER.finditer(path))
    if found and not (last and readers and readers[-1].start() > name.rfind("p")):
        speaker, number = found[-1 if last else 0]
        return "vctk " + speaker, f"vctk {speaker} {number}"
    known = STARGAN.search(path)
    if known:
        return "vctk " + known[1 if known[3] == "source" else 2], "stargan"
    utterance = ljspeech_of(path, name, source)
    if utterance:
        return "lj", utterance
    if source == "tortoise-tts" and "/voices/" in path:
        folder = path.split("/")[-2]
        return ("lj" if folder == "lj" else "tortoise " + folder.replace("pat2", "pat")), f"{folder} {name}"
    known = SINGLE.search(path)
    if known:
        return known[1], known[0]
    known = DAPS.match(name)
    if known and source == "vocos":
        return "daps " + known[1], name
    if "/GT/Speaker_Adaptation/" in path:
        return "commonvoice " + path.split("/")[-3], name
    if readers and source != "bigvgan-demo.github.io":
        reader, chapter, sentence, part = readers[-1 if last else 0].groups()
        return "reader " + reader, f"{reader} {chapter} {int(sentence)}{part or ''}"
    return None
