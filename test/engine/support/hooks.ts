import { startEngine, stopEngine } from "./engine";
import { endLabs } from "./labs";

/** Starting is slow and no test: it has a hook of its own, which a cold cache may keep busy for half an hour. In a parallel run: for each file. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout("40m");
    await startEngine();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("2m");
    await stopEngine();
  },
};

/** Runs once, in the process that started the workers of a parallel run. */
export async function mochaGlobalTeardown(): Promise<void> {
  await endLabs();
}
