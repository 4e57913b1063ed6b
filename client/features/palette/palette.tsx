import * as fuzzysort from 'fuzzysort';
import { useMemo, useState } from 'react';
import { QuickPick, type Pick } from '@/components/quick-pick.js';
import { writtenKeys } from '@/lib/hotkeys.js';
import type { Command } from './command.js';

/** More would not be looked through; a longer query finds them. */
const SHOWN = 50;

type Props = {
  /** What the field begins with: `>` looks for commands, `:` for a line, nothing for files. */
  start: string;
  paths: readonly string[];
  /** Files that come first while nothing is typed. */
  recent: readonly string[];
  commands: () => readonly Command[];
  onOpen: (path: string) => void;
  onLine: (line: number) => void;
  onSymbols: () => void;
  onClose: () => void;
};

/** Files and commands by a few letters of their names, as in VS Code. */
export function Palette({ start, paths, recent, commands, onOpen, onLine, onSymbols, onClose }: Props) {
  const [text, setText] = useState(start);
  const mode = text[0] === '>' ? 'commands' : text[0] === ':' ? 'line' : 'files';
  const sought = mode === 'files' ? text.trim() : text.slice(1).trim();
  const known = useMemo(() => (mode === 'commands' ? commands() : []), [mode, commands]);
  const files = useMemo(() => fuzzysort.snapshot([...paths]), [paths]);
  const picks = useMemo((): Pick[] => {
    if (mode === 'commands') return commandPicks(known, sought);
    if (mode === 'line') return linePicks(sought, onLine);
    if (sought === '') {
      const there = new Set(paths);
      const first = [...new Set([...recent.filter((path) => there.has(path)), ...paths])];
      return first.slice(0, SHOWN).map((path) => filePick(path, baseName(path), folder(path), onOpen));
    }
    return fuzzysort
      .go(sought, files, { limit: SHOWN, threshold: 0.2 })
      .map((found) => filePick(found.target, ...marked(found), onOpen));
  }, [mode, sought, known, paths, recent, files, onOpen, onLine]);
  return (
    <QuickPick
      label={mode === 'commands' ? 'Commands' : mode === 'line' ? 'Go to line' : 'Go to file'}
      placeholder="A file’s name; > for commands, @ for symbols, : for a line"
      text={text}
      onText={(next) => {
        if (next !== '@') return setText(next);
        onClose();
        onSymbols();
      }}
      picks={picks}
      nothing={mode === 'line' ? 'Type a line’s number.' : 'Nothing here has such a name.'}
      onClose={onClose}
    />
  );
}

function filePick(
  path: string,
  label: Pick['label'],
  detail: Pick['detail'],
  onOpen: (path: string) => void,
): Pick {
  return { id: path, label, detail, onPick: () => onOpen(path) };
}

function commandPicks(commands: readonly Command[], sought: string): Pick[] {
  const toPick = ({ id, label, keys, run }: Command, shown: Pick['label'] = label): Pick => ({
    id,
    label: shown,
    trailing: keys?.[0] && writtenKeys(keys[0]),
    onPick: run,
  });
  if (sought === '') return commands.map((command) => toPick(command));
  return fuzzysort.go(sought, commands, { key: 'label', limit: SHOWN, threshold: 0.2 }).map((found) =>
    toPick(
      found.obj,
      found.highlight((match, index) => <b key={index}>{match}</b>),
    ),
  );
}

function linePicks(sought: string, onLine: (line: number) => void): Pick[] {
  const line = Number(sought);
  if (!Number.isInteger(line) || line < 1) return [];
  return [{ id: 'line', label: `Go to line ${line}`, onPick: () => onLine(line) }];
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const folder = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The name and the folder of what was found, with the letters that were sought in bold. */
function marked({ target, indexes }: { target: string; indexes: readonly number[] }) {
  const sought = new Set(indexes);
  const part = (from: number, to: number) => {
    const runs: Pick['label'][] = [];
    for (let start = from, at = from + 1; start < to; at++) {
      if (at < to && sought.has(at) === sought.has(start)) continue;
      const run = target.slice(start, at);
      runs.push(sought.has(start) ? <b key={start}>{run}</b> : run);
      start = at;
    }
    return runs;
  };
  const slash = target.lastIndexOf('/');
  return [part(slash + 1, target.length), part(0, Math.max(0, slash))] as const;
}
