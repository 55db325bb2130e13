import assert from "node:assert/strict";
import { type MachineFacts, missingForNodes, mountTry } from "../../../lab/nodes/prerequisites";

const able: MachineFacts = {
  root: true,
  missingPrograms: [],
  cgroups: { kind: "v2", root: "/sys/fs/cgroup" },
  fileSystemFailures: {},
  typeInformation: true,
  networkFailure: undefined,
  freeDiskGiB: 40,
  built: false,
  freeMemoryGiB: 8,
  running: false,
};

describe("lab: what nodes need of a machine", () => {
  it("is nothing more on one that has it all", () => {
    assert.deepEqual(missingForNodes(able), []);
  });

  const lacking: readonly (readonly [string, Partial<MachineFacts>, RegExp])[] = [
    ["root", { root: false }, /^root: .*run it as root/],
    ["a program", { missingPrograms: ["nsenter"] }, /^nsenter: not on PATH; install/],
    [
      "a controller",
      { cgroups: { kind: "neither", reason: "the controller memory …" } },
      /^cgroups: the controller memory …$/,
    ],
    ["a file system", { fileSystemFailures: { overlay: "unknown type" } }, /^kernel: no file system overlay \(unknown/],
    ["type information", { typeInformation: false }, /^kernel: no \/sys\/kernel\/btf\/vmlinux; use a kernel/],
    ["bridges", { networkFailure: "not supported" }, /^kernel: no network namespace .*\(not supported\)/],
    ["disk for building", { freeDiskGiB: 5 }, /^disk: 5\.0 GiB free .*14 are needed/],
    ["memory", { freeMemoryGiB: 2 }, /^memory: 2\.0 GiB available, 4 are needed/],
  ];
  for (const [what, facts, expected] of lacking) {
    it(`names ${what} when it is missing, and says what to do`, () => {
      const lines = missingForNodes({ ...able, ...facts });
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", expected);
    });
  }

  it("is less disk once everything is built", () => {
    assert.deepEqual(missingForNodes({ ...able, freeDiskGiB: 5, built: true }), []);
  });

  it("is no more memory for a lab that has it", () => {
    assert.deepEqual(missingForNodes({ ...able, freeMemoryGiB: 1, running: true }), []);
  });

  it("is tried where a mount of cgroup v2 changes no option of the machine's", () => {
    const args = mountTry("overlay", ["-o", "lowerdir=/etc:/usr"]);
    assert.equal(args.join(" "), "--mount --cgroup mount -t overlay -o lowerdir=/etc:/usr overlay /mnt");
  });

  it("is all said at once", () => {
    assert.equal(missingForNodes({ ...able, root: false, typeInformation: false, freeMemoryGiB: 1 }).length, 3);
  });
});
