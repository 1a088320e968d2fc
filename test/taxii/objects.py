"""Objects of STIX 2.1 for the suite, with random ids."""

import datetime
import uuid


def now(digits=3, shift=0):
    t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond:06d}"[:digits] + "Z"


def sdo(type_, **more):
    t = more.pop("created", "2020-01-01T00:00:00.000Z")
    return {"type": type_, "spec_version": "2.1", "id": f"{type_}--{uuid.uuid4()}", "created": t,
            "modified": more.pop("modified", t), **more}


def indicator(n=0, **more):
    return sdo("indicator", name=f"indicator {n}", pattern=f"[ipv4-addr:value = '198.51.100.{n % 256}']",
               pattern_type="stix", valid_from="2020-01-01T00:00:00Z", **more)


def malware(n=0, **more):
    return sdo("malware", name=f"malware {n}", is_family=False, **more)


def address(n=0):
    """An observable in its normal form: without spec_version."""
    return {"type": "ipv4-addr", "id": f"ipv4-addr--{uuid.uuid4()}", "value": f"203.0.113.{n % 256}"}


def statement():
    return {"type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{uuid.uuid4()}",
            "created": "2020-01-01T00:00:00.000Z", "definition_type": "statement",
            "definition": {"statement": "for the suite"}}


def version(of, modified, **more):
    return {**of, "modified": modified, **more}
