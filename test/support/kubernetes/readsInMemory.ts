import type { AnswerTime, ClusterReads, ListOptions, PartialList } from "../../../components/kubernetes/clusterApi";
import { fieldsTemplate, parseFields, type Fields } from "../../../components/kubernetes/model/fields";
import { printJsonPath } from "./printJsonPath";
import type { Call, State } from "./stateInMemory";
import { fieldsIn, type StoredObject } from "./storedObject";

/** The reads of a cluster in memory. */
export class ReadsInMemory implements ClusterReads {
  readonly command = "kubectl --context memory";

  constructor(
    protected readonly state: State,
    private readonly onAnswer: (time: AnswerTime) => void = () => undefined,
  ) {}

  protected async answer<T>(call: Call, answer: () => T): Promise<T> {
    await Promise.resolve();
    this.state.begin(call);
    const answered = answer();
    this.onAnswer({ startMs: 1, answerMs: 1 });
    return answered;
  }

  object(...args: Parameters<ClusterReads["object"]>): Promise<string> {
    return this.answer({ do: "object", args }, () => {
      const found = this.state.find(...args);
      return found === undefined ? "" : JSON.stringify(found);
    });
  }

  objects(...args: Parameters<ClusterReads["objects"]>): Promise<string> {
    const [names, namespace] = args;
    return this.answer({ do: "objects", args }, () =>
      JSON.stringify({ kind: "List", items: names.flatMap((name) => this.state.find(name, namespace) ?? []) }),
    );
  }

  listFields(kind: string, where: ListOptions, fields: Fields): Promise<string> {
    return this.answer({ do: "listFields", args: [kind, where, fields] }, () => {
      const mark = "\tmark";
      const printed = printJsonPath(fieldsTemplate(fields, mark), { items: this.selected([kind], where) });
      return JSON.stringify({ items: parseFields(printed, fields, mark) });
    });
  }

  listAll(kinds: readonly string[]): Promise<string> {
    return this.answer({ do: "listAll", args: [kinds] }, () => JSON.stringify({ items: this.selected(kinds, {}) }));
  }

  versionOf(kind: string): Promise<string> {
    return this.answer({ do: "versionOf", args: [kind] }, () => this.state.ofKind(kind)[0]?.apiVersion ?? "");
  }

  page(...args: Parameters<ClusterReads["page"]>): Promise<string> {
    const [kind, , limit, from] = args;
    return this.answer({ do: "page", args }, () => {
      const all = this.state.ofKind(kind);
      const end = Number(from) + limit;
      const more = end < all.length ? { continue: String(end) } : {};
      // Of a page the API server says the kind once, for the list.
      const isField = ([key]: [string, unknown]) => key !== "kind";
      const items = all
        .slice(Number(from), end)
        .map((each) => Object.fromEntries(Object.entries(each).filter(isField)));
      return JSON.stringify({ kind: `${all[0]?.kind ?? ""}List`, metadata: more, items });
    });
  }

  listByTemplate(...args: Parameters<ClusterReads["listByTemplate"]>): Promise<PartialList<string>> {
    const [kinds, where, template] = args;
    return this.answer({ do: "listByTemplate", args }, () => ({
      found: printJsonPath(template, { items: this.selected(kinds, where) }),
    }));
  }

  kinds(): Promise<PartialList<readonly string[]>> {
    return this.answer({ do: "kinds", args: [] }, () => this.state.behaviour.kinds ?? { found: [] });
  }

  namespaceContents(namespace: string, template: string): Promise<string> {
    return this.answer({ do: "namespaceContents", args: [namespace, template] }, () =>
      printJsonPath(template, { items: this.state.objects.filter(({ metadata }) => metadata.namespace === namespace) }),
    );
  }

  logs(...args: Parameters<ClusterReads["logs"]>): Promise<string> {
    const { log = "" } = this.state.behaviour;
    return this.answer({ do: "logs", args }, () => (typeof log === "string" ? log : log(args[0])));
  }

  reviewAccess(...args: Parameters<ClusterReads["reviewAccess"]>): Promise<readonly string[]> {
    const { isDenied = () => false } = this.state.behaviour;
    return this.answer({ do: "reviewAccess", args }, () => args[0].map((review) => String(!isDenied(review))));
  }

  private selected(kinds: readonly string[], { namespace, selector }: ListOptions): readonly StoredObject[] {
    const found = kinds.flatMap((kind) => this.state.ofKind(kind, namespace));
    const terms = selector?.includes("!") === true ? [] : (selector?.split(",") ?? []);
    return found.filter(({ metadata }) => {
      const labels = Object.entries(fieldsIn(metadata["labels"])).map(([key, value]) => `${key}=${String(value)}`);
      return terms.every((term) => labels.includes(term));
    });
  }
}
