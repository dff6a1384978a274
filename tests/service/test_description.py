"""The OpenAPI document says what the server does: every operation is asked in right and wrong ways, and every answer is held against it."""

import itertools
import json
import random
import re
import urllib.parse

import jsonschema
import pytest

SEED = 20260131


@pytest.fixture(scope="module")
def document(server):
    document = server.get("/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    return document


@pytest.fixture(scope="module")
def finished(server, examples):
    return server.wait(server.upload((examples / "spliced.jpg").read_bytes()).json()["id"])


def resolved(document, node):
    while "$ref" in node:
        node_path = node["$ref"].removeprefix("#/").split("/")
        node = document
        for part in node_path:
            node = node[part]
    return node


def check_answer(document, operation, answer, told):
    """The status is described, and type, body and headers are as the description says."""
    described = operation["responses"].get(str(answer.status))
    assert described, (told, answer.status, answer.body[:300])
    described = resolved(document, described)
    for name in described.get("headers", {}):
        if name != "Retry-After" or answer.status == 429:
            assert name.lower() in answer.headers, (told, name)
    if "content" not in described:
        assert answer.body == b"", told
        return
    ((media_type, content),) = described["content"].items()
    assert answer.headers["content-type"] == media_type, told
    if media_type.endswith("json"):
        schema = {**content["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(answer.json())


def values_of(random_numbers, schema):
    """Some values that fit a parameter's schema, and some that may not."""
    pattern = schema.get("pattern", "")
    fitting = list(schema.get("enum", []))
    if "minimum" in schema:
        fitting += [schema["minimum"], schema["maximum"], random_numbers.randint(schema["minimum"], schema["maximum"])]
    if pattern.startswith("^c"):
        fitting += ["c1", "c999"]
    elif not fitting:
        fitting += ["x", "ab12", "ä%"]
    other = [0, -1, 10**30, "", "x" * 1000, "%", "\u202e", "null", "a\nb", "../..", "c0"]
    return fitting + other


def test_the_document_is_well_formed(document):
    ids = [operation["operationId"] for path in document["paths"].values() for method, operation in path.items() if method != "parameters"]
    assert len(ids) == len(set(ids))
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)):
        assert resolved(document, {"$ref": reference})
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path, item in document["paths"].items():
        named = {resolved(document, parameter)["name"] for parameter in item.get("parameters", [])}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_every_reading_operation_answers_as_described(server, document, finished):
    random_numbers = random.Random(SEED)
    asked = 0
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        operation = item["get"]
        for check_id, name in itertools.product((finished["id"], "a" * 22, "short", "..", "%2e%2e", "x" * 33), ("fused", "image.noise.level", "none", ".hidden")):
            if "{id}" not in path and check_id != finished["id"] or "{name}" not in path and name != "fused":
                continue
            target = path.replace("{id}", check_id).replace("{name}", name)
            if target.endswith("/.."):
                continue
            check_answer(document, operation, server.get(target), target)
            asked += 1
        for parameter in operation.get("parameters", []):
            for value in values_of(random_numbers, resolved(document, parameter["schema"])):
                target = f"{path}?{parameter['name']}={urllib.parse.quote(str(value), safe='')}"
                answer = server.get(target)
                check_answer(document, operation, answer, target)
                fits = jsonschema.Draft202012Validator({**parameter["schema"], "components": document["components"]}).is_valid(
                    int(value) if str(value).lstrip("-").isdigit() and resolved(document, parameter["schema"]).get("type") == "integer" else str(value))
                assert not fits or answer.status == 200, target
                asked += 1
    assert asked > 60


def test_uploads_answer_as_described(server, document, picture):
    operation = document["paths"]["/v1/checks"]["post"]
    form = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" + picture + b"\r\n--b--"
    random_numbers = random.Random(SEED)
    cases = [(picture, {}), (b"", {}), (form, {"Content-Type": "multipart/form-data; boundary=b"}), (form, {"Content-Type": "multipart/form-data"}),
             (picture, {"Content-Encoding": "br"}), (picture, {"Idempotency-Key": "described"}), (picture + b"x", {"Idempotency-Key": "described"}),
             (b'{"url": "http://example.org/a.png"}', {"Content-Type": "application/json"}), (picture, {"Idempotency-Key": "not allowed"}), (picture, {"Origin": "http://elsewhere"}), (picture, {"Authorization": "Bearer none"})]
    for _ in range(25):
        broken = bytearray(form)
        for _ in range(random_numbers.randint(1, 4)):
            broken[random_numbers.randrange(120)] = random_numbers.randrange(256)
        cases.append((bytes(broken), {"Content-Type": "multipart/form-data; boundary=b"}))
    seen = set()
    for body, headers in cases:
        answer = server.ask("POST", "/v1/checks", body, headers)
        check_answer(document, operation, answer, (body[:60], headers))
        seen.add(answer.status)
    assert {202, 400, 401, 403, 415, 422} <= seen


def test_deleting_answers_as_described(server, document, picture):
    operation = document["paths"]["/v1/checks/{id}"]["delete"]
    check = server.upload(picture).json()
    for _ in range(2):
        check_answer(document, operation, server.ask("DELETE", check["links"]["self"]), "delete")


def test_nothing_is_served_that_is_not_described(server, document):
    described = set(document["paths"])
    for path in ("/v1", "/v1/", "/v1/check", "/v1/checks/", "/v1/keys", "/v1/checks/" + "a" * 22 + "/media"):
        assert path not in described
        assert server.get(path).status == 404, path
