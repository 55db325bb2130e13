import assert from "node:assert/strict";
import { runScript } from "../../support/command/runScript";
import { LARGE_INPUT } from "../../../components/command/protocol";
import { MEMBER_INPUT } from "../support/command/runCommand";
import { kubectlOnPath } from "../support/kubernetes/kubectlOnPath";
import { recordText } from "../support/record";

describe("the deploy-time programs, as processes", () => {
  const kubectl = kubectlOnPath();

  it("print the result of a verb, decided by what the last one printed", async () => {
    const env = { ...process.env, PULUMI_COMMAND_STDOUT: recordText() };
    const ended = await runScript({ script: "cluster", verb: "keep", input: { ...MEMBER_INPUT, lost: true }, env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(JSON.parse(ended.stdout), { ...(JSON.parse(recordText()) as object), lost: true });
    assert.match(ended.stderr, /^cluster "cluster1": is declared lost/);
  });

  it("reach clusters by contexts and kubeconfigs, say that they ask again, and in the end why they have failed", async () => {
    kubectl.script('process.stderr.write("The connection to the server was refused\\n"); process.exit(1);');
    const clusters = [
      { name: "cluster1", id: 101, context: "context1", uid: "u" },
      { name: "cluster2", id: 102, uid: "u" },
    ];
    const stdin = JSON.stringify({ cluster2: "CONTENT", [LARGE_INPUT]: JSON.stringify({ clusters }) });
    const input = { cilium: MEMBER_INPUT.cilium, timeoutSeconds: 1 };
    const ended = await runScript({ script: "meshCheck", verb: "check", input, stdin, env: process.env });
    assert.deepEqual([ended.code, ended.stdout], [1, ""]);
    for (const name of ["cluster1", "cluster2"]) {
      assert.ok(
        ended.stderr.includes(`cluster "${name}": The connection to the server was refused; it is asked again\n`),
        ended.stderr,
      );
    }
    assert.match(
      ended.stderr,
      /cluster "cluster[12]": The connection to the server was refused \(tried 3 times\); check address, network and VPN\nnext: set right what is named, and run the same pulumi command again; it goes on from here\n$/,
    );
    const accesses = new Set(kubectl.calls().map(([access = ""]) => access.replace(/=\/.*/, "")));
    assert.deepEqual([...accesses].toSorted(), ["--context=context1", "--kubeconfig"]);
    assert.ok(!JSON.stringify(kubectl.calls()).includes("CONTENT"));
  });

  it("refuse an unknown verb", async () => {
    const ended = await runScript({ script: "policyCheck", verb: "toString", input: POLICY_INPUT, env: process.env });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /unknown verb "toString"; one of check/);
  });
});

const POLICY_INPUT = { ...MEMBER_INPUT, originalConfig: recordText() };
