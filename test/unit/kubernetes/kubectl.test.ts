import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { openKubeconfig } from "../../../components/kubernetes/kubeconfigFile";
import { Kubectl, printed } from "../../../components/kubernetes/kubectl";
import { knownContexts } from "../../../components/kubernetes/kubectlApi";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { kubectlOnPath } from "../support/kubernetes/kubectlOnPath";
import { testFolder, testVariables } from "../../support/testFolder";
import { skip } from "../../support/skip";

const read = (kubectl: Kubectl, args: readonly string[], limitSeconds = 60): Promise<string> =>
  kubectl.ask(args, (ended) => printed(args, ended), { limitSeconds });

describe("components: kubectl", () => {
  const kubectl = kubectlOnPath();

  it("has run only where something shows it: an empty program on PATH is no answer that nothing is there", async () => {
    kubectl.script('process.removeAllListeners("exit");');
    await assert.rejects(
      Kubectl.with({ kind: "context", context: "west" }, (each) => each.once(["get", "secret/x", "-o", "name"])),
      /kubectl has ended without a word, and nothing shows that it ran; see what is on PATH/,
    );
  });

  it("finds the contexts of a kubeconfig, and none where it is not there", async () => {
    const prints = (view: unknown) => {
      kubectl.script(`process.stdout.write(${JSON.stringify(JSON.stringify(view))});`);
    };
    prints({ kind: "Config", contexts: [{ name: "west" }, { name: "name with spaces" }] });
    assert.deepEqual(await knownContexts("east"), ["west", "name with spaces"]);
    assert.deepEqual(kubectl.calls().at(-1)?.slice(-3), ["config", "view", "--output=json"]);
    prints({ kind: "Config", contexts: null });
    assert.deepEqual(await knownContexts("east"), []);
  });

  it("asks once where the kubeconfig's user has no credentials: kubectl asks a person for them, and nobody is there", async () => {
    kubectl.script('process.stdout.write("Please enter Username: "); console.error("error: EOF"); process.exit(1);');
    await assert.rejects(
      Kubectl.with({ kind: "context", context: "west" }, (each) => read(each, ["get", "namespace/kube-system"])),
      (error) => error instanceof KubectlError && error.message === "Please enter Username: error: EOF",
    );
    assert.equal(kubectl.calls().length, 1);
  });

  it("asks again where JSON is not whole, and says so in the end", async () => {
    kubectl.script('process.stdout.write(calls() === 1 ? \'{"items":[\' : "{}");');
    const readPods = (...args: readonly string[]) =>
      Kubectl.with({ kind: "context", context: "west" }, (each) => read(each, ["get", "pods", ...args], 2));
    assert.equal(await readPods("-o", "json"), "{}");
    kubectl.script("process.stdout.write('{\"items\":[');");
    await assert.rejects(readPods("--output=json"), /kubectl get pods has printed 10 bytes that are not whole JSON/);
    assert.equal(await readPods("-o", "name"), '{"items":[');
  });

  /** Says the mode of the kubeconfig, how many names it has, and what is in it, read twice as kubectl does. */
  const READ_KUBECONFIG = `const file = cluster.split("=")[1];
    const { mode, nlink } = fs.statSync(file);
    const read = () => fs.readFileSync(file, "utf8");
    process.stdout.write(JSON.stringify([(mode & 0o777).toString(8), nlink, read(), read()]));`;

  it("reads a kubeconfig's content from a file without a name, as often as it likes", async function () {
    if (process.platform !== "linux") {
      skip(this, "a file without a name is read from /proc");
    }
    kubectl.script(READ_KUBECONFIG);
    const said = await Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) =>
      Promise.all([1, 2, 3].map(() => each.run(["version"]))),
    );
    assert.deepEqual(
      said.map((each) => JSON.parse(each) as unknown),
      said.map(() => ["600", 0, "CONTENT", "CONTENT"]),
    );
    assert.deepEqual(kubectl.calls()[0], ["--kubeconfig=/proc/self/fd/3", "version"]);
    assert.ok(!JSON.stringify(kubectl.calls()).includes("CONTENT"));
  });

  describe("with the content of a kubeconfig", () => {
    const folder = testFolder();
    testVariables(() => ({ TMPDIR: folder() }));

    for (const platform of ["linux", "darwin"] as const) {
      it(`leaves no kubeconfig behind on ${platform}`, async () => {
        const file = await openKubeconfig("CONTENT", platform);
        const open = readdirSync(folder());
        assert.equal(open.length, platform === "linux" ? 0 : 1);
        for (const name of open) {
          assert.equal(statSync(join(folder(), name)).mode & 0o777, 0o700);
          assert.equal(statSync(file.path).mode & 0o777, 0o600);
          assert.equal(readFileSync(file.path, "utf8"), "CONTENT");
        }
        await file.close();
        assert.deepEqual(readdirSync(folder()), []);
      });
    }
  });

  it("fails with kubectl's own words", async () => {
    kubectl.script('process.stderr.write("error: no such thing\\n"); process.exit(1);');
    const failing = Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) => each.run(["get", "x"]));
    await assert.rejects(failing, new KubectlError("error: no such thing"));
  });

  it("gets the environment that was chosen for it", async () => {
    kubectl.script("process.stdout.write(JSON.stringify(process.env));");
    const given = {
      PULUMI_CONFIG: "c",
      PULUMI_CONFIG_SECRET_KEYS: "k",
      PULUMI_CONFIG_PASSPHRASE: "p",
      KUBECTL_EXTERNAL_DIFF: "d",
      KUBERC: "/home/user/kuberc",
      AWS_PROFILE: "a",
    };
    Object.assign(process.env, given);
    try {
      const said = await Kubectl.with({ kind: "context", context: "c" }, (each) => each.run(["version"]));
      const seen = JSON.parse(said) as Readonly<Record<string, string>>;
      assert.deepEqual(
        Object.keys(given).flatMap((name) => seen[name] ?? []),
        ["off", "a"],
      );
      assert.equal(seen["KUBECTL_KUBERC"], "false");
    } finally {
      Object.keys(given).forEach((name) => Reflect.deleteProperty(process.env, name));
    }
  });

  describe("tries again", () => {
    /** Fails with these words the first time. */
    const once = (
      words: string,
    ) => `if (calls() === 1) { process.stderr.write(${JSON.stringify(words)}); process.exit(1); }
      process.stdout.write("fine");`;
    const LOST = "Unable to connect to the server: EOF";
    const REFUSED = "dial tcp 10.1.3.1:6443: connect: connection refused";
    const told: string[] = [];
    const using = <T>(use: (kubectl: Kubectl) => Promise<T>): Promise<T> => {
      told.length = 0;
      return Kubectl.with({ kind: "context", context: "c" }, use, { onFailedTry: ({ message }) => told.push(message) });
    };

    it("what it reads", async () => {
      kubectl.script(once(LOST));
      assert.equal(await using((each) => read(each, ["get"])), "fine");
      assert.deepEqual(told, [LOST]);
    });

    it("what it never sent", async () => {
      kubectl.script(once(REFUSED));
      assert.equal(await using((each) => each.run(["patch"])), "fine");
      assert.deepEqual(told, [REFUSED]);
    });

    it("nothing that may have changed something", async () => {
      kubectl.script(once(LOST));
      await assert.rejects(
        using((each) => each.run(["patch"])),
        new KubectlError(LOST),
      );
      assert.equal(kubectl.calls().length, 1);
    });

    it("nothing of which a part may be done", async () => {
      kubectl.script(once(REFUSED));
      await assert.rejects(
        using((each) => each.once(["delete"])),
        new KubectlError(REFUSED),
      );
      assert.equal(kubectl.calls().length, 1);
    });
  });

  it("sends what it is given on standard input", async () => {
    kubectl.script('process.stdout.write(fs.readFileSync(0, "utf8").toUpperCase());');
    const said = await Kubectl.with({ kind: "context", context: "c" }, (each) => each.run(["apply"], { stdin: "abc" }));
    assert.equal(said, "ABC");
  });
});
