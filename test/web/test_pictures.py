"""The pictures of README.md and docs/, made again: ENTENTE_PICTURES=docs pytest test/web/test_pictures.py. With pngquant and optipng on the machine they are also made small.
ENTENTE_PICTURES_ONLY=pact,home makes some of them."""

import os
import pathlib
import shutil
import subprocess

import pytest

from filled import fill
from test_web import at

FOLDER = os.environ.get("ENTENTE_PICTURES")


def small(path):
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--quality", "85-98", "--output", path, path], check=True)
    if shutil.which("optipng"):
        subprocess.run(["optipng", "-quiet", "-o2", path], check=True)


@pytest.mark.skipif(not FOLDER, reason="pictures: ENTENTE_PICTURES names the folder")
def test_pictures(browser, coalition, tmp_path):
    c = coalition()
    for label in ("ALB", "HRV", "KOS"):
        conf = c.add_node(label).dir / "entente.conf"
        conf.write_text(conf.read_text() + "public on\n")
    c.found(["ALB", "HRV", "KOS"], name="Declaration on cooperation",
            edit=lambda text: text.replace("two-person -\n", "two-person -\npublic acts\n"))
    fill(c.sign_all(), tmp_path)
    alb, kos, bgr = c["ALB"], c["KOS"], c["BGR"]
    for node in (kos, bgr):
        for s in node.statements(c.id):
            if s["recorded_by"] == node.member:
                node.run("publish", s["leaf"], "-c", c.id)
    c.agree()
    exercise = alb.json("training", "list", "exercise")["records"][0]["object"]
    process = alb.json("procure", "board")[0]["object"]
    out = pathlib.Path(FOLDER)
    seen = browser.play("pictures", scenes=str(pathlib.Path(__file__).with_name("pictures.mjs")), coalition=c.id, applicant=bgr.member, exercise=exercise, process=process,
                 out=str(out.resolve()), only=os.environ.get("ENTENTE_PICTURES_ONLY", "").replace(",", " ").split(), **at(alb))
    for name in seen["made"]:
        small(out / f"{name}.png")
