import assert from "node:assert/strict";
import { withAdvice } from "../../../../components/identity/model/leavingAdvice";

describe("model: advice on a cluster that is lost", () => {
  it("names the two steps of one that does not answer", () => {
    for (const said of [
      "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
      "no answer within 60 s",
      "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout",
      "Unable to connect to the server: dial tcp: lookup api.west: no such host",
      "Unable to connect to the server: net/http: TLS handshake timeout",
      "Unable to connect to the server: EOF",
    ]) {
      assert.equal(
        withAdvice(said),
        `${said}; check address, network and VPN, and run this again. Only where the cluster does not exist any more, and will never answer, take two steps: 1. list it with lost: true and run pulumi up, 2. remove it from the configuration and run pulumi up`,
      );
    }
  });

  it("names the two steps of one whose credentials are out of date", () => {
    for (const said of [
      "error: You must be logged in to the server (Unauthorized)",
      "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
      'error: context "west" does not exist',
      "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ]) {
      assert.match(withAdvice(said), /; these credentials are those of the last up: 1\. list it with .* that works/);
    }
  });

  it("has none for anything else", () => {
    for (const said of ['configmaps "cilium-config" not found', "Operation cannot be fulfilled: Conflict"]) {
      assert.equal(withAdvice(said), said);
    }
  });
});
