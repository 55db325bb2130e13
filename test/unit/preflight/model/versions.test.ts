import assert from "node:assert/strict";
import { versions } from "../../../../components/preflight/model/versions";
import { bySeverity, lines } from "../../support/mesh/mesh";
import { daemonSetWith, found } from "../../support/preflight/live";

const digest = `@sha256:${"0".repeat(64)}`;

function withImage(n: number, image: string, label?: string) {
  const set = daemonSetWith({ image });
  const labels = label === undefined ? {} : { "helm.sh/chart": label };
  return found(n, { daemonSet: { ...set, metadata: { ...set.metadata, labels } } });
}

describe("preflight: versions of the agents", () => {
  const heads = (...images: readonly string[]) =>
    lines(bySeverity(versions(images.map((image, index) => withImage(index + 1, image)))).problems).map(
      (line) => line.split(";")[0],
    );

  it("differ by one minor release at most", () => {
    assert.deepEqual(
      heads("cilium/cilium:v1.20.2", "r:5000/c/cilium:v1.19.9", `quay.io/cilium/cilium:1.20.0-rc.1${digest}`),
      [],
    );
    assert.deepEqual(
      heads("quay.io/cilium/cilium:v1.20.2", "quay.io/cilium/cilium:v1.19.0", `cilium:v1.18.4-gke.1${digest}`),
      [
        'cluster "cluster3": live Cilium version "v1.18.4-gke.1" is more than one minor release behind v1.20.2 of cluster "cluster1"',
      ],
    );
    assert.deepEqual(heads("cilium:v2.0.0", "cilium:v1.20.0").length, 1);
  });

  it("that an image does not name are taken from the chart's label, or said not to be known", () => {
    for (const image of [`quay.io/cilium/cilium${digest}`, "cilium:latest", "r:5000/cilium"]) {
      const { unseen } = bySeverity(versions([withImage(1, image)]));
      assert.deepEqual(unseen, [
        { cluster: "cluster1", what: "the version", why: `image ${JSON.stringify(image)} names none` },
      ]);
      const { unseen: none, problems } = bySeverity(
        versions([withImage(1, image, "cilium-1.17.3"), withImage(2, "c:v1.20.0")]),
      );
      assert.deepEqual([none, problems.length], [[], 1]);
    }
  });

  it("before 1.20 do not know addresses behind an endpoint's name", () => {
    const etcd = { endpoints: ["https://e.example:2379"], hostAliases: { "e.example": ["192.0.2.1"] } };
    const [first, second] = [withImage(1, "cilium:v1.20.2"), withImage(2, "cilium:v1.19.1")];
    const said = bySeverity(versions([{ ...first, cluster: { ...first.cluster, etcd } }, second])).problems;
    assert.deepEqual(
      lines(said).map((line) => line.split(";")[0]),
      ['cluster "cluster2": live Cilium version "v1.19.1" ignores etcd.hostAliases of cluster "cluster1"'],
    );
  });
});
