import * as Y from 'yjs';
import { TEXT_NAME } from '../../protocol/document.js';
import { DocumentHistory, type HistoryRow } from '../document-history.js';
import { seedUpdate } from '../document-seed.js';

const START = Date.parse('2026-01-01T00:00:00Z');

/** A document edited by named people, each with a Y.Doc and an undo history of his own, as the rows would hold it. */
export class EditedDocument {
  readonly rows: HistoryRow[] = [];
  readonly clients = new Map<number, string>();
  readonly #people = new Map<string, { doc: Y.Doc; undo: Y.UndoManager; taken: number }>();
  #now = START;

  constructor(base: string, actor = 'git:base') {
    const seed = seedUpdate(base);
    this.clients.set(seed.clientId, actor);
    this.#add(seed.bytes, actor);
  }

  /** Lets time pass, in seconds. */
  wait(seconds: number): void {
    this.#now += seconds * 1000;
  }

  /** One's own copy, as far as it was brought up to date. */
  text(name: string): Y.Text {
    return this.#person(name).doc.getText(TEXT_NAME);
  }

  /** Takes in what the others have written. */
  catchUp(name: string, actor?: string): void {
    const person = this.#person(name, actor);
    for (const row of this.rows.slice(person.taken)) Y.applyUpdate(person.doc, row.bytes, 'others');
    person.taken = this.rows.length;
  }

  /** One row of changes to one's own copy as it is. @param actor whose row it is, where not a person's */
  change(name: string, change: (text: Y.Text) => void, actor = `person:${name}`): void {
    const { doc } = this.#person(name, actor);
    this.#record(doc, actor, () => doc.transact(() => change(doc.getText(TEXT_NAME)), 'own'));
  }

  /** The same on what is there for all. */
  edit(name: string, change: (text: Y.Text) => void, actor?: string): void {
    this.catchUp(name, actor);
    this.change(name, change, actor);
  }

  undo(name: string): void {
    const { doc, undo } = this.#person(name);
    this.#record(doc, `person:${name}`, () => void undo.undo());
  }

  redo(name: string): void {
    const { doc, undo } = this.#person(name);
    this.#record(doc, `person:${name}`, () => void undo.redo());
  }

  history(): DocumentHistory {
    const history = new DocumentHistory();
    history.take(this.rows, this.clients);
    return history;
  }

  #record(doc: Y.Doc, actor: string, run: () => void): void {
    const updates: Uint8Array[] = [];
    const keep = (update: Uint8Array): void => void updates.push(update);
    doc.on('update', keep);
    run();
    doc.off('update', keep);
    if (updates.length > 0) this.#add(Y.mergeUpdates(updates), actor);
  }

  #add(bytes: Uint8Array, actor: string): void {
    this.rows.push({ seq: this.rows.length + 1, bytes, actor, at: new Date((this.#now += 10)) });
  }

  #person(name: string, actor = `person:${name}`) {
    let person = this.#people.get(name);
    if (!person) {
      const doc = new Y.Doc();
      this.clients.set(doc.clientID, actor);
      const undo = new Y.UndoManager(doc.getText(TEXT_NAME), {
        trackedOrigins: new Set(['own']),
        captureTimeout: 0,
      });
      this.#people.set(name, (person = { doc, undo, taken: 0 }));
      this.catchUp(name);
    }
    return person;
  }
}
