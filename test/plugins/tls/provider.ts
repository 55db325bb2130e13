import { silent } from "../shared/host";
import { objectDiff } from "../shared/objectDiff";
import type * as api from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { hasSecret, plain, plainMap, secret, type PropertyMap } from "../shared/value";
import { bornReady, isDue } from "./renewal";
import { failures, planned, previewed, schemaOf, withSecrets, type Schema } from "./schema";

const isCertificate = (schema: Schema) => schema.computed.includes("certPem");

function withReadiness(schema: Schema, plan: PropertyMap): PropertyMap {
  return isCertificate(schema) ? { ...plan, readyForRenewal: bornReady(plainMap(plan)) } : plan;
}

/** Secret inputs stay secret in the state, besides what the schema calls sensitive. */
function keepSecrets(state: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, hasSecret(inputs[key] ?? null) ? secret(plain(value)) : value]),
  );
}

function early(plan: PropertyMap): number {
  const hours = plain(plan["earlyRenewalHours"] ?? 0);
  return typeof hours === "number" ? hours : 0;
}

/** The four resources of the tls plugin 5, as bridged from Terraform's. */
export class TlsProvider implements api.Provider {
  readonly name = "tls";
  private host: api.Host = silent;

  configure(host: api.Host): void {
    this.host = host;
  }

  check({ urn, news }: api.CheckRequest): api.CheckResponse {
    return { inputs: news, failures: failures(schemaOf(parseUrn(urn).type), news) };
  }

  /** A certificate that is due is replaced, even though nothing was changed. */
  diff({ urn, olds, news, ignoreChanges }: api.DiffRequest): api.Differences {
    const schema = schemaOf(parseUrn(urn).type);
    const plan = withReadiness(schema, planned(schema, news));
    const state = plainMap(olds);
    const compared = new Set([
      ...schema.required,
      ...schema.optional,
      ...(isCertificate(schema) ? ["readyForRenewal"] : []),
    ]);
    // What is computed unless it is given keeps its value.
    if (plan["maxPathLength"] === undefined) compared.delete("maxPathLength");
    for (const key of ignoreChanges) compared.delete(key);
    const select = (map: PropertyMap) => Object.fromEntries(Object.entries(map).filter(([key]) => compared.has(key)));
    const inPlace = new Set([...schema.inPlace, "readyForRenewal"]);
    const detailed = new Map(objectDiff(select(state), select(plainMap(plan)), (path) => !inPlace.has(path)));
    if (isCertificate(schema) && isDue(state, early(plan), new Date())) {
      detailed.set("readyForRenewal", { kind: "update", replace: true, input: false });
    }
    return detailed;
  }

  async create({ urn, inputs, preview }: api.CreateRequest): Promise<api.CreateResponse> {
    const { type } = parseUrn(urn);
    const schema = schemaOf(type);
    const plan = withReadiness(schema, planned(schema, inputs));
    if (preview) return { id: "", state: keepSecrets(previewed(schema, plan), inputs) };
    // What makes certificates takes a tenth of a second to load, and most runs of the engine make none.
    const { CREATE } = await import("./resources.js");
    const create = CREATE[type];
    if (create === undefined) throw new Error(`the stand-in of the tls plugin cannot create ${type}`);
    const { id, outputs, warning } = await create(plainMap(plan));
    if (warning !== undefined) this.host.log("warning", urn, warning);
    return { id, state: keepSecrets(withSecrets(schema, { ...plan, ...outputs }), inputs) };
  }

  read({ id, urn, inputs, state }: api.ReadRequest): api.ReadResponse {
    const schema = schemaOf(parseUrn(urn).type);
    const due = isCertificate(schema) && isDue(plainMap(state), early(state), new Date());
    return { id, inputs, state: due ? { ...state, readyForRenewal: true } : state };
  }

  update({ urn, olds, news }: api.UpdateRequest): PropertyMap {
    const schema = schemaOf(parseUrn(urn).type);
    const plan = withReadiness(schema, planned(schema, news));
    return keepSecrets(withSecrets(schema, { ...olds, ...plan }), news);
  }

  /** There is nothing but the state. */
  delete(): void {
    return undefined;
  }
}
