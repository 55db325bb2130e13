import { Unimplemented } from "../shared/errors";
import { silent } from "../shared/host";
import { objectDiff } from "../shared/objectDiff";
import type * as api from "../shared/provider";
import { hex8, parseUrn } from "../shared/urn";
import { equal, hasUnknown, stringAt, UNKNOWN, type PropertyMap } from "../shared/value";
import { failures, INPUTS, runOf, type Printed, type Run } from "./inputs";
import { run } from "./run";

const TYPE = "command:local:Command";

const present = (inputs: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith("__")));

const printed = (state: PropertyMap): Printed => ({
  stdout: stringAt(state, "stdout") ?? "",
  stderr: stringAt(state, "stderr") ?? "",
});

function only(urn: string): void {
  const { type } = parseUrn(urn);
  if (type !== TYPE) throw new Unimplemented(`the stand-in of the command plugin has no ${type}, only ${TYPE}`);
}

/** As the plugin's framework does it: an update whose inputs differ from the state makes the outputs unknown. */
function changes(olds: PropertyMap, news: PropertyMap): boolean {
  return INPUTS.some((key) => {
    const now = news[key];
    if (now !== undefined && hasUnknown(now)) return true;
    const old = olds[key];
    return old !== undefined && !equal(old, now);
  });
}

/** `local.Command` of the command plugin 1.2.1. */
export class CommandProvider implements api.Provider {
  readonly name = "command";
  private host: api.Host = silent;
  private cancelled = new AbortController().signal;

  configure(host: api.Host, cancelled: AbortSignal): void {
    this.host = host;
    this.cancelled = cancelled;
  }

  check({ urn, news }: api.CheckRequest): api.CheckResponse {
    only(urn);
    return { inputs: news, failures: failures(news) };
  }

  diff({ olds, oldInputs, news, ignoreChanges }: api.DiffRequest): api.Differences {
    const old = Object.keys(oldInputs).length > 0 ? oldInputs : olds;
    const ignored = Object.fromEntries(
      ignoreChanges.flatMap((key) => {
        const value = olds[key];
        return value === undefined ? [] : [[key, value]];
      }),
    );
    const inputsOf = (map: PropertyMap) =>
      Object.fromEntries(Object.entries(map).filter(([key]) => INPUTS.includes(key)));
    // The plugin marks only the property itself; single triggers are replaced by the SDK's `replaceOnChanges`.
    return objectDiff(inputsOf(old), inputsOf({ ...news, ...ignored }), (path) => path === "triggers");
  }

  async create({ urn, inputs, preview }: api.CreateRequest): Promise<api.CreateResponse> {
    only(urn);
    const id = parseUrn(urn).name + hex8();
    const state = present(inputs);
    if (preview) return { id, state: { ...state, stdout: UNKNOWN, stderr: UNKNOWN } };
    const nothing = { stdout: "", stderr: "" };
    return { id, state: { ...state, ...(await this.run(urn, runOf(inputs, "create", nothing), nothing)) } };
  }

  read({ id, inputs, state }: api.ReadRequest): api.ReadResponse {
    return { id, inputs, state };
  }

  async update({ urn, olds, news, preview }: api.UpdateRequest): Promise<PropertyMap> {
    const state = present(news);
    const previous = printed(olds);
    if (preview) return { ...state, ...(changes(olds, state) ? { stdout: UNKNOWN, stderr: UNKNOWN } : previous) };
    const work = runOf(news, "update", previous) ?? runOf(news, "create", previous);
    return { ...state, ...(await this.run(urn, work, previous)) };
  }

  async delete({ urn, state }: api.DeleteRequest): Promise<void> {
    await this.run(urn, runOf(state, "delete", printed(state)), printed(state));
  }

  private async run(urn: string, work: Run | undefined, otherwise: Printed): Promise<PropertyMap> {
    const log = (line: string) => {
      this.host.log("info", urn, line, "status");
    };
    return { ...(work === undefined ? otherwise : await run(work, { cancelled: this.cancelled, log })) };
  }
}
