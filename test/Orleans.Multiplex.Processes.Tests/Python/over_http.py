"""Calls a gateway with the sample models over HTTP, with Python's standard library alone.

    python3 over_http.py 127.0.0.1:8000
"""
import gzip
import http.client
import json
import struct
import sys

LENGTH = "Inference-Header-Content-Length"


class Gateway:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=30)

    def send(self, method, path, body=None, headers={}):
        """The status, the headers and the bytes of an answer."""
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def get(self, path):
        return self.json("GET", path)

    def post(self, path, body=None, headers={}):
        return self.json("POST", path, body if body is None else json.dumps(body).encode(), headers)

    def json(self, method, path, body=None, headers={}):
        status, headers, content = self.send(method, path, body, headers)
        assert status == 200, (path, status, content)
        assert not content or headers["Content-Type"] == "application/json", headers
        return json.loads(content) if content else None

    def fails(self, status, text, path, body):
        got, headers, content = self.send("POST", path, body)
        assert (got, headers["Content-Type"]) == (status, "application/json"), (got, content)
        error = json.loads(content)
        assert list(error) == ["error"] and text in error["error"], error


def rows(numbers):
    return {"name": "x", "datatype": "FP32", "shape": [len(numbers) // 3, 3], "data": numbers}


def data(answer):
    return answer["outputs"][0]["data"]


def server(gateway):
    assert gateway.get("/v2/health/live") == {"live": True}
    assert gateway.get("/v2/health/ready") == {"ready": True}
    said = gateway.get("/v2")
    assert said["name"] == "orleans-multiplex" and "binary_tensor_data" in said["extensions"], said


def description(gateway):
    said = gateway.get("/v2/models/1")
    assert said["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}], said
    assert gateway.get("/v2/models/1/config")["input"][0]["data_type"] == "TYPE_FP32"


def as_json(gateway):
    answer = gateway.post("/v2/models/1/infer", {"id": "r-17", "inputs": [rows([1, 2, 3])], "outputs": [{"name": "y"}]})
    assert answer == {
        "model_name": "1", "model_version": "1", "id": "r-17",
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 3], "data": [2, 4, 6]}]}, answer
    nested = dict(rows([1, 2, 3, 4, 5, 6]), data=[[1, 2, 3], [4, 5, 6]])
    assert data(gateway.post("/v2/models/3/versions/1/infer", {"inputs": [nested]})) == [6, 15]


def by_header(gateway):
    for name in "serve_multiplexed_model_id", "Serve-Multiplexed-Model-Id":
        assert data(gateway.post("/", {"inputs": [rows([3, 1, 2])]}, {name: "4"})) == [3, 2, 1]


def compressed(gateway):
    body = gzip.compress(json.dumps({"inputs": [rows([1, 2, 3])]}).encode())
    assert data(gateway.json("POST", "/v2/models/2/infer", body, {"Content-Encoding": "gzip"})) == [1, 4, 9]


def as_bytes(gateway):
    numbers = struct.pack("<3f", 1, float("nan"), -float("inf"))
    head = json.dumps({
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "parameters": {"binary_data_size": len(numbers)}}],
        "parameters": {"binary_data_output": True}}).encode()
    status, headers, body = gateway.send("POST", "/v2/models/1/infer", head + numbers, {LENGTH: str(len(head))})
    assert status == 200, body
    head, rest = json.loads(body[:int(headers[LENGTH])]), body[int(headers[LENGTH]):]
    assert head["outputs"] == [{"name": "y", "datatype": "FP32", "shape": [1, 3], "parameters": {"binary_data_size": 12}}], head
    first, second, third = struct.unpack("<3f", rest)
    assert first == 2 and second != second and third == -float("inf"), rest

    status, headers, body = gateway.send("POST", "/v2/models/1/infer", struct.pack("<3f", 1, 2, 3), {LENGTH: "0"})
    assert status == 200 and struct.unpack("<3f", body[int(headers[LENGTH]):]) == (2, 4, 6), body


def repository(gateway):
    own = {"x-multiplex-control": "1"}

    def states(**body):
        return {model["name"]: model.get("state") for model in gateway.post("/v2/repository/index", body)}

    def readiness():
        status, headers, body = gateway.send("GET", "/v2/models/1/ready")
        assert (status, json.loads(body)) == (200, {"name": "1", "ready": True}), body
        return headers["x-multiplex-state"]

    for _ in range(2):
        assert gateway.post("/v2/repository/models/1/unload", {"parameters": {"unload_dependents": False}}, own) is None
    assert states()["1"] == "UNAVAILABLE" and "1" not in states(ready=True), states()
    assert readiness() == "available"
    for _ in range(2):
        assert gateway.post("/v2/repository/models/1/load", None, own) is None
    assert states(ready=True)["1"] == "READY", states()
    assert readiness() == "ready"


def statistics(gateway):
    def counts():
        one = gateway.get("/v2/models/2/stats")["model_stats"][0]
        return one["inference_stats"]["success"]["count"], one["inference_stats"]["fail"]["count"], one["inference_count"]

    before = counts()
    for _ in range(5):
        gateway.post("/v2/models/2/infer", {"inputs": [rows([1, 2, 3, 4, 5, 6])]})
    gateway.fails(400, "'x'", "/v2/models/2/infer", b'{"inputs":[{"name":"x","datatype":"INT64","shape":[1,3],"data":[1,2,3]}]}')
    assert [b - a for a, b in zip(before, counts())] == [5, 1, 10], (before, counts())
    assert {one["name"] for one in gateway.get("/v2/models/stats")["model_stats"]} >= {"1", "2"}


def errors(gateway):
    good = json.dumps({"inputs": [rows([1, 2, 3])]})
    gateway.fails(404, "nowhere", "/v2/models/nowhere/infer", good)
    gateway.fails(400, "JSON", "/v2/models/1/infer", "{")
    gateway.fails(400, "'x'", "/v2/models/1/infer", good.replace("[1, 3]", "[2, 3]"))
    gateway.fails(404, "", "/v2/nothing", good)


gateway = Gateway(sys.argv[1])
for part in server, description, as_json, by_header, compressed, as_bytes, repository, statistics, errors:
    part(gateway)
    print(f"HTTP {part.__name__}: as it should be")
