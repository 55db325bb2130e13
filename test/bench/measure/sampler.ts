import { join } from "node:path";
import { answerOf, endForked, forked } from "../forked";
import { seenSchema, type Seen } from "./seen";

/** Watches one tree of processes after the other. */
export interface Sampler {
  readonly watch: (leader: number) => void;
  readonly result: () => Promise<Seen>;
  readonly end: () => Promise<void>;
}

export async function startSampler(): Promise<Sampler> {
  const child = forked(join(__dirname, "samplerProcess.ts"));
  await answerOf(child);
  return {
    watch: (leader) => {
      child.send({ watch: leader });
    },
    result: () => {
      const answer = answerOf(child);
      child.send({ stop: true });
      return answer.then((seen) => seenSchema.parse(seen));
    },
    end: () => endForked(child),
  };
}
