"""What a planner does before there is an agreement: needs and pools by commands alone, no file."""
import json

from entente import BAD_INPUT, DENIED, USAGE, wait


def test_needs_and_pools(coalition):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, hrv = t["ALB"], t["HRV"]

    def need(node, n, *more):
        return node.json("procure", "need", "put", "Winter tents", "--class", "CPV:39522530", "--quantity", str(n), *more)["object"]

    first = need(alb, 12, "--max-price", "2500 EUR", "--by", "2030-01-15T12:00:00Z", "--site", "Durres", "--min", "4")
    content = alb.json("procure", "need", "list")[0]["content"]
    assert content == {"title": "Winter tents", "classification": [{"scheme": "CPV", "id": "39522530"}], "quantity": 12, "minQuantity": 4, "unit": "H87",
                       "maxUnitPrice": {"amount": 2500, "currency": "EUR"}, "period": {"endDate": "2030-01-15T12:00:00Z"}, "site": "Durres",
                       "firmness": "interest", "status": "stated"}
    assert "12 H87, interest, at most 2500.00 EUR each  Winter tents" in alb.run("procure", "need", "list").stdout
    for wrong, code, where in ((["--quantity", "1"], USAGE, "--class"), (["--class", "CPV:1", "--quantity", "1"], BAD_INPUT, "/classification"), (["--class", "x", "--quantity", "1"], USAGE, "--class"),
                               (["--class", "LOCAL:x"], USAGE, "--quantity"), (["--class", "LOCAL:x", "--quantity", "many"], USAGE, "--quantity"),
                               (["--class", "LOCAL:x", "--quantity", "1", "--max-price", "9"], USAGE, "--max-price"), (["--class", "LOCAL:x", "--quantity", "1", "--by", "spring"], BAD_INPUT, "endDate")):
        assert where in alb.refuses(code, "procure", "need", "put", "x", *wrong), wrong

    # -- two members need the same: a pool of it
    second = need(hrv, 20, "--committed")
    wait(lambda: len(alb.json("procure", "need", "list")) == 2, "the other's need")
    assert [(s["by"], s["quantity"], s["members"]) for s in alb.json("procure", "pool", "suggest")] == [("item", 32, 2)]
    assert "CPV 39522530, H87: 32 H87 by 2 members" in alb.run("procure", "pool", "suggest").stdout
    pool = alb.json("procure", "pool", "put", "Tents together", "--need", first, "--need", second)["object"]
    assert "--need" in alb.refuses(USAGE, "procure", "pool", "put", "x")
    wait(lambda: hrv.json("procure", "pool", "list"), "the pool at HRV")
    alb.run("procure", "pool", "join", pool, "--quantity", "12")
    hrv.run("procure", "pool", "join", pool, "--quantity", "20")
    hrv.run("procure", "pool", "join", pool, "--quantity", "16", "--committed")
    hrv.run("procure", "pool", "vote", pool, "HRV")
    hrv.run("procure", "pool", "vote", pool, "ALB")
    assert "--quantity" in hrv.refuses(USAGE, "procure", "pool", "join", pool)
    view = wait(lambda: (lambda v: v if v["committed"] == 16 and [x["content"]["lead"] for x in v["votes"]] == [alb.member] else None)(alb.json("procure", "pool", "show", pool)), "HRV's word at ALB, and of its votes the newest")
    assert (view["interested"], view["members"], view["pool"]["content"]["needs"], view["pool"]["content"]["unit"]) == (12, 2, [first, second], "H87")
    assert alb.json("procure", "pool", "list") == [view]
    shown = alb.run("procure", "pool", "show", pool).stdout
    assert "2 members, committed 16 H87, interested 12 H87" in shown and "HRV      votes for ALB" in shown
    alb.run("procure", "pool", "decline", pool, "--text", "too dear")
    view = alb.json("procure", "pool", "show", pool)
    assert (view["interested"], view["members"]) == (0, 1) and "too dear" in json.dumps(view["participations"])

    # -- a withdrawn need is like nothing
    alb.refuses(DENIED, "procure", "need", "withdraw", second)
    hrv.run("procure", "need", "withdraw", second)
    wait(lambda: alb.json("procure", "pool", "suggest") == [], "nothing to be pooled")
    assert "WITHDRAWN" in alb.run("procure", "need", "list").stdout
