import assert from "node:assert/strict";
import {
  describeUsers,
  etcdProblem,
  parseUsersReport,
} from "../../../../components/etcdUsers/model/etcdAuthentication";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";

describe("model: the report of an etcd's users", () => {
  it("is read back, and is empty before the first run", () => {
    const report = { auth: "enforced" as const, users: ["remote-west"] };
    assert.deepEqual(parseUsersReport(JSON.stringify(report)), report);
    assert.deepEqual(parseUsersReport(""), { auth: "unasked", users: [] });
    assert.throws(() => parseUsersReport('{"auth":"perhaps","users":[]}'));
  });

  it("says in words what it is worth", () => {
    const users = ["remote-west"];
    assert.equal(describeUsers({ auth: "enforced", users }), "enforced");
    assert.match(describeUsers({ auth: "off", users }), /^prepared, but authentication is off .* etcdctl auth enable$/);
    assert.match(describeUsers({ auth: "unasked", users }), /lost/);
  });
});

describe("model: what an etcd says", () => {
  const line = (said: string) => formatDiagnostic(etcdProblem("east", "https://10.1.1.1:2379", said));
  const unavailable = (cause: string) =>
    `14 UNAVAILABLE: No connection established. Last error: ${cause}. Resolution note: `;

  // As grpc-js and etcd 3.4 said it.
  const cases: readonly (readonly [string, RegExp])[] = [
    [unavailable("Error: connect ECONNREFUSED 127.103.1.1:2377"), /; start it, or give etcd\.adminEndpoints/],
    [unavailable("Error: unable to verify the first certificate"), /; its certificate is not of the authority/],
    [unavailable("Error: self-signed certificate in certificate chain"), /; its certificate is not of the authority/],
    [unavailable("Error: certificate is not yet valid"), /; set the clock of this machine, which is behind/],
    [unavailable("Error: certificate has expired"), /; renew its certificate, or set the clock/],
    [
      unavailable("Error: Hostname/IP does not match certificate's altnames: IP: 10.1.1.1 is not in the cert's list"),
      /; its certificate does not carry this address/,
    ],
    [
      unavailable("805C8FD3F67F0000:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate"),
      /; it refuses this mesh's certificate for root: its --trusted-ca-file/,
    ],
    ["7 PERMISSION_DENIED: etcdserver: permission denied", /; authentication is enabled there.*grant-role root root/],
    ["3 INVALID_ARGUMENT: etcdserver: user name is empty", /; authentication is enabled there.*--client-cert-auth/],
    ["13 INTERNAL: something else", /; see the log of this etcd/],
  ];
  it("may be nothing", () => {
    assert.match(
      line("4 DEADLINE_EXCEEDED: Deadline exceeded after 0.000s"),
      /2379" does not answer in time; start it, or/,
    );
  });

  for (const [said, remedy] of cases) {
    it(`is passed on with what to do: ${said.slice(0, 90)}`, () => {
      assert.ok(line(said).startsWith('cluster "east": etcd "https://10.1.1.1:2379" says "'), line(said));
      assert.match(line(said), remedy);
    });
  }
});
