import { endLevel, level } from "./level";
import { unmeshed } from "./mesh";

/** Starting is slow and no test: it has a hook of its own, which a cold cache may keep busy for half an hour. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout("60m");
    await level();
  },
  /** Fails where something of the lab is left, whatever the tests have done with it. */
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("4m");
    await endLevel(unmeshed);
  },
};
