import { endEngine, engine } from "./engine";

/** Starting is slow and no test: it has a hook of its own, which a cold cache may keep busy for half an hour. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout("40m");
    await engine();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("2m");
    await endEngine();
  },
};
