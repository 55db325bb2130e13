import assert from "node:assert/strict";
import { chmodSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ensureEntry } from "../../../lab/cache/cacheEntries";
import { ensureOwnFolder, foreignHand, refuseForeign } from "../../../lab/host/ownFolder";
import { testFolder, testVariables } from "../../support/testFolder";

const USER = 1000;
const of = (mode: number, uid = USER, gid = USER) => foreignHand({ path: "/c", uid, gid, mode }, USER);

describe("lab: whose a folder of programs is", () => {
  it("is this user's, or root's", () => {
    assert.equal(of(0o40755), undefined);
    assert.equal(of(0o40755, 0, 0), undefined);
    assert.equal(of(0o40755, 1001), "/c belongs to user 1001");
    assert.equal(of(0o41777, 1001), "/c belongs to user 1001");
  });

  it("is for nobody else to write to", () => {
    assert.equal(of(0o40757), "/c can be written to by everybody (chmod o-w /c)");
    assert.equal(of(0o40775, USER, 50), "/c can be written to by group 50 (chmod g-w /c)");
    assert.equal(of(0o40775), undefined, "a group of the user's own");
    assert.equal(of(0o41777, 0, 0), undefined, "sticky, as /tmp");
  });

  describe("is looked at up to the root", () => {
    const folder = testFolder();
    testVariables(() => ({ XDG_CACHE_HOME: folder() }));

    it("and made for this user alone", async () => {
      assert.equal(statSync(await ensureOwnFolder(folder(), "a", "b")).mode & 0o777, 0o700);
    });

    it("so that an open folder above it is refused, with the way out", async () => {
      const open = join(folder(), "open");
      mkdirSync(open);
      chmodSync(open, 0o777);
      await assert.rejects(ensureOwnFolder(open, "a"), (error: Error) =>
        error.message.includes(`${open} can be written to by everybody (chmod o-w ${open}); change that`),
      );
    });

    it("on both sides of a link", async () => {
      const open = join(folder(), "open");
      mkdirSync(join(open, "real"), { recursive: true });
      mkdirSync(join(folder(), "safe"));
      symlinkSync(join(open, "real"), join(folder(), "safe", "link"));
      await refuseForeign(join(folder(), "safe", "link"));
      chmodSync(open, 0o777);
      await assert.rejects(refuseForeign(join(folder(), "safe", "link")), /can be written to by everybody/);
    });

    it("before an entry of the cache is used", async () => {
      const fill = (target: string) => {
        mkdirSync(target);
        return Promise.resolve();
      };
      const entry = await ensureEntry("builds", "a", () => undefined, fill);
      chmodSync(join(folder(), "cilium-clustermesh", "builds"), 0o777);
      await assert.rejects(
        ensureEntry("builds", "a", () => undefined, fill),
        /holds programs that would run as this user/,
      );
      chmodSync(join(folder(), "cilium-clustermesh", "builds"), 0o700);
      assert.equal(await ensureEntry("builds", "a", () => undefined, fill), entry);
    });
  });
});
