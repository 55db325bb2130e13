import assert from "node:assert/strict";
import { failureOf, type Failure } from "../../../../components/kubernetes/model/failure";

const SAID: Readonly<Record<Failure, readonly string[]>> = {
  unsent: [
    "The connection to the server 10.1.3.1:6443 was refused - did you specify the right host or port?",
    "dial tcp 127.0.0.1:39472: connect: connection refused\n",
    "Unable to connect to the server: dial tcp 10.1.3.1:6443: connect: no route to host",
    "Unable to connect to the server: dial tcp 10.1.3.1:6443: connect: network is unreachable",
    "Unable to connect to the server: dial tcp: lookup api.east.example on 10.0.0.2:53: no such host",
    "Unable to connect to the server: dial tcp: lookup api.east.example: Temporary failure in name resolution",
    "Error from server: error dialing backend: dial tcp 10.1.1.11:10250: connect: connection refused",
  ],
  lost: [
    "Unable to connect to the server: EOF",
    'error: Get "https://10.1.3.1:6443/api/v1/pods": read tcp 10.9.0.2:4711->10.1.3.1:6443: read: connection reset by peer',
    "error: http2: client connection lost",
    "Error from server (ServiceUnavailable): apiserver is shutting down",
    "Error from server (Timeout): the server was unable to return a response in the time allotted",
    "Error from server: etcdserver: request timed out",
    'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding',
    "Error from server (TooManyRequests): Too many requests, please try again later.",
  ],
  silent: [
    "Unable to connect to the server: net/http: TLS handshake timeout",
    "Unable to connect to the server: dial tcp 10.1.3.1:6443: i/o timeout",
    "Unable to connect to the server: context deadline exceeded",
    "Unable to connect to the server: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    "Unable to connect to the server: dial tcp 10.1.3.1:6443: connect: connection timed out",
  ],
  final: [
    'error: context "east" does not exist',
    "error: You must be logged in to the server (Unauthorized)",
    'Error from server (Forbidden): namespaces "kube-system" is forbidden: User "u" cannot get resource "namespaces"',
    "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
    "Unable to connect to the server: remote error: tls: bad certificate",
    "Unable to connect to the server: getting credentials: exec: executable aws not found",
    'error: error loading config file "/tmp/kubeconfig": yaml: line 3: did not find expected key',
    'Error from server (NotFound): configmaps "cilium-config" not found',
    "error: timed out waiting for the condition",
    "Please enter Username: error: EOF",
    "Could not connect to Redis at 10.1.2.3:6379: Connection refused\ncommand terminated with exit code 1",
    "",
  ],
};

describe("model: why a question to a cluster failed", () => {
  for (const [failure, all] of Object.entries(SAID)) {
    for (const words of all) {
      it(`is ${failure}: ${words.split("\n").join(" / ")}`, () => {
        assert.equal(failureOf(words), failure);
      });
    }
  }

  it("is told by the last line: those before it are about tries of kubectl's own", () => {
    const tried = "E1129 15:48:28 memcache.go:265] couldn't get current server API group list: EOF\n";
    assert.equal(failureOf(`${tried}error: You must be logged in to the server (Unauthorized)\n\n`), "final");
    assert.equal(failureOf(`${tried}Unable to connect to the server: context deadline exceeded\n`), "silent");
  });
});
