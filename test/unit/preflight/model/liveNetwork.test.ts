import assert from "node:assert/strict";
import { parseInventory } from "../../../../components/preflight/model/liveNetwork";
import { masqueradeExceptions } from "../../../../components/preflight/model/masqueradeExceptions";

/** Lines as kubectl prints them for the inventory's path. */
const line = (...fields: readonly string[]) =>
  `${[...fields, ...Array<string>(12 - fields.length).fill("")].join("\t")}\n`;

const POD = line(
  "Pod",
  "kube-apiserver-i-0abc",
  '["/usr/local/bin/kube-apiserver"]\r["--a\\tb","--etcd-servers=https://127.0.0.1:4001"]\r\r["x"]\r',
  "10.0.0.5 10.0.0.5 fd00::5",
  "n1",
);
const NODE = line(
  "CiliumNode",
  "n1",
  "",
  " ",
  "",
  '[{"ip":"10.0.0.5","type":"InternalIP"},{"ip":"1.2.3.4","type":"ExternalIP"},{"ip":"10.60.0.1","type":"CiliumInternalIP"}]',
  '["10.60.0.0/24","fd00:60::/64"] ["10.61.0.0/28"] ["10.61.0.0/28"]',
  "10.9.0.0/24 10.9.1.0/24 ",
  "vpc-1",
);
const SERVICES = line("ServiceCIDR", "kubernetes", "", "", "", "", "", "", "", '["10.96.0.0/16","fd00:96::/108"]');

describe("model: what a cluster's addresses and ranges are", () => {
  it("is read from a line for each object", () => {
    assert.deepEqual(parseInventory(POD + NODE + SERVICES), {
      pods: [
        {
          name: "kube-apiserver-i-0abc",
          nodeName: "n1",
          hosts: ["10.0.0.5", "fd00::5"],
          containers: [
            { command: ["/usr/local/bin/kube-apiserver"], args: ["--a\tb", "--etcd-servers=https://127.0.0.1:4001"] },
            { command: [], args: ["x"] },
          ],
        },
      ],
      nodes: [
        {
          name: "n1",
          addresses: ["10.0.0.5"],
          externalIPs: ["1.2.3.4"],
          podCIDRs: ["10.60.0.0/24", "fd00:60::/64", "10.61.0.0/28"],
          subnets: ["10.9.0.0/24", "10.9.1.0/24"],
          vpc: "vpc-1",
        },
      ],
      serviceCIDRs: ["10.96.0.0/16", "fd00:96::/108"],
      nodeConfigs: [],
    });
  });

  it("is nothing in lines that are none, and does not fail", () => {
    for (const text of [
      "",
      "\n",
      "{}",
      '{"kind":"List","items":[]}',
      "Pod\tx",
      line("CiliumNode"),
      line("Secret", "x"),
    ]) {
      const { pods, nodes, serviceCIDRs } = parseInventory(text);
      assert.deepEqual([pods, nodes.flatMap(({ podCIDRs }) => podCIDRs), serviceCIDRs], [[], [], []], text);
    }
    const broken = line("CiliumNode", "n1", "", "", "", '[{"ip":1}]', "[[[", "x/y");
    assert.deepEqual(parseInventory(broken).nodes, [{ name: "n1", addresses: [], podCIDRs: [], subnets: [] }]);
  });

  it("has an external address where there is no internal one", () => {
    const external = line("CiliumNode", "n", "", "", "", '[{"ip":"1.2.3.4","type":"ExternalIP"}]');
    assert.deepEqual(parseInventory(external).nodes[0]?.addresses, ["1.2.3.4"]);
  });
});

describe("model: settings of single nodes", () => {
  const config = (defaults: string, selector: string) =>
    parseInventory(`CiliumNodeConfig\tc${"\t".repeat(9)}${defaults}\t${selector}\n`).nodeConfigs;

  it("are read with their selector, and said to be of another form where they cannot be", () => {
    assert.deepEqual(config('{"a":"1"}', "{}"), [{ name: "c", selector: "{}", defaults: { a: "1" } }]);
    assert.deepEqual(config("", ""), [{ name: "c", selector: "", defaults: {} }]);
    for (const text of ["map[a:1]", '{"a":1}', "[]"]) {
      assert.deepEqual(config(text, "{}"), [{ name: "c", selector: "{}" }], text);
    }
  });
});

describe("model: where the ip-masq-agent masquerades nothing", () => {
  it("is in its file, and by default in private ranges", () => {
    assert.deepEqual(masqueradeExceptions("nonMasqueradeCIDRs:\n- 10.0.0.0/8\nmasqLinkLocal: false\n"), ["10.0.0.0/8"]);
    assert.deepEqual(masqueradeExceptions('{"nonMasqueradeCIDRs":["fd00::/8"]}'), ["fd00::/8"]);
    for (const text of [undefined, "", "{}", "nonMasqueradeCIDRs: []"]) {
      assert.ok(masqueradeExceptions(text)?.includes("172.16.0.0/12"), text);
    }
    for (const text of ["a: [", "nonMasqueradeCIDRs: 1"]) assert.equal(masqueradeExceptions(text), undefined, text);
  });
});
