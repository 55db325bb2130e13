import assert from "node:assert/strict";
import { membersOf } from "../../../components/preflight/knownMesh";
import { caScope } from "../../../components/certificates/caSource";
import { issuedSizes, secretSize } from "../../../components/preflight/secretSize";
import { toEnvironment } from "../../../stacks/program/environment";
import { mintCA, type CA } from "../support/certificates/ca";
import { inspectedApiserver } from "../support/apiserver/inspectedApiserver";
import { bySeverity, lines } from "../support/mesh/mesh";
import { omit } from "../support/omit";
import { clusterConfiguration, configuration } from "../support/stacks/configuration";

const NO_USERS = { enabled: true, required: true, exists: true };

/** So many clusters, each with a CA of its own of this kind. */
const many = (count: number, ca: CA, trusted: readonly string[] = []) => ({
  authority: "adopted",
  certificates: { keyAlgorithm: "RSA4096" },
  clusters: Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const n = index + 1;
      const etcd = { endpoints: [`https://10.1.${String(n)}.1:2379`], ca: { ...ca, trusted } };
      return [`cluster${String(n)}`, clusterConfiguration(n, { etcd })];
    }),
  ),
});

describe("stacks: the size of the peers' Secret", function () {
  this.timeout("60s");
  let ca: CA;
  before(async () => {
    ca = await mintCA({ key: "RSA-2048" });
  });

  const of = (values: Readonly<Record<string, unknown>>) => {
    const read = configuration(values);
    const { problems, warnings } = bySeverity(
      secretSize(read, membersOf(read), caScope(toEnvironment(read).authority)),
    );
    return { problems: lines(problems), warnings: lines(warnings) };
  };

  it("is small where one CA signs for all", () => {
    assert.deepEqual(of({}), { problems: [], warnings: [] });
    assert.deepEqual(of({ authority: "adopted", ca }), { problems: [], warnings: [] });
  });

  it("is warned of before a rotation would be too much, with many clusters that have CAs of their own", async () => {
    const other = await mintCA({ key: "RSA-2048" });
    const found = of(many(255, ca, [other.certificate]));
    assert.deepEqual(found.problems, []);
    assert.match(
      found.warnings.join(),
      /needs \d{3} \d{3} bytes for 255 clusters, most of it .*, and would need 1 \d{3} \d{3} with one more CA/,
    );
    const few = many(50, ca, [other.certificate]);
    assert.deepEqual(of(few), { problems: [], warnings: [] });
  });

  it("is refused with two more CAs trusted of each", async () => {
    const others = await Promise.all([mintCA({ key: "RSA-2048" }), mintCA({ key: "RSA-2048" })]);
    const values = many(
      255,
      ca,
      others.map(({ certificate }) => certificate),
    );
    const found = of(values).problems;
    assert.equal(found.length, 1);
    assert.match(
      found[0] ?? "",
      /^mesh: Secret "cilium-clustermesh" needs 1 \d{3} \d{3} bytes for 255 clusters, most of it for CA certificates/,
    );
  });

  it("counts the key of what a cluster has issued for all its peers, by what is seen of it", () => {
    const clusters = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `cluster${String(index + 1)}`,
        omit(clusterConfiguration(index + 1) as { etcd: unknown }, "etcd"),
      ]),
    );
    const read = configuration({ clusters });
    const members = membersOf(
      read,
      Object.fromEntries(Object.keys(clusters).map((name) => [name, { clientCertificates: "issued" as const }])),
    );
    const { live } = inspectedApiserver([]);
    const judge = (keyBytes: number) => {
      const remote = { certificate: "c".repeat(2000), trusted: "t".repeat(2000), keyBytes };
      const apiserver = { containers: [], replicas: 1, readyReplicas: 1, users: NO_USERS, remote };
      const all = new Map(members.map(({ name }) => [name, { ...live, apiserver }] as const));
      return bySeverity(secretSize(read, members, "shared", issuedSizes(members, all)));
    };
    assert.deepEqual(judge(2000), { problems: [], warnings: [], notes: [], unseen: [] });
    const [line = ""] = lines(judge(7000).problems);
    assert.match(line, /for 100 clusters, most of it for private keys \(706 \d{3}\)/);
  });
});
