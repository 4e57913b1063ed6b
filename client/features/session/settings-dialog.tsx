import { Checkbox, CheckboxGroup, Dialog, FormControl, Select } from '@primer/react';
import type { Settings, SettingsUpdate } from '@protocol/settings.js';
import { writtenKeys } from '@/lib/hotkeys.js';
import { useChangeSettings, useSettings } from '@/lib/settings.js';

const FONT_SIZES = [10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24];
const SWITCHES = [
  { name: 'wordWrap', label: 'Wrap long lines' },
  { name: 'minimap', label: 'Show an overview of the file at its side' },
  { name: 'showWhitespace', label: 'Show spaces and tabs' },
  { name: 'showAuthors', label: 'Show who wrote each line' },
] as const;

/** How it all looks and types, for this person on every device. Each change counts at once. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const settings = useSettings();
  const change = useChangeSettings();
  return (
    <Dialog
      title="Settings"
      subtitle="Kept with your account, for every device you use."
      onClose={onClose}
      footerButtons={[{ content: 'Done', buttonType: 'primary', onClick: onClose }]}
    >
      <div className="account-form">
        <FormControl>
          <FormControl.Label>Theme</FormControl.Label>
          <Select
            block
            value={settings.theme}
            onChange={(event) => change({ theme: event.target.value as Settings['theme'] })}
          >
            <Select.Option value="auto">As the system</Select.Option>
            <Select.Option value="light">Light</Select.Option>
            <Select.Option value="dark">Dark</Select.Option>
          </Select>
        </FormControl>
        <FormControl>
          <FormControl.Label>Size of a tab</FormControl.Label>
          <Select
            block
            value={String(settings.tabSize)}
            onChange={(event) => change({ tabSize: Number(event.target.value) as Settings['tabSize'] })}
          >
            {[2, 4, 8].map((size) => (
              <Select.Option key={size} value={String(size)}>
                {`${size} columns`}
              </Select.Option>
            ))}
          </Select>
          <FormControl.Caption>
            Where neither .editorconfig nor the file itself shows another.
          </FormControl.Caption>
        </FormControl>
        <FormControl>
          <FormControl.Label>Size of the text</FormControl.Label>
          <Select
            block
            value={String(settings.fontSize)}
            onChange={(event) => change({ fontSize: Number(event.target.value) })}
          >
            {FONT_SIZES.map((size) => (
              <Select.Option key={size} value={String(size)}>
                {`${size} pixels`}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
        <FormControl>
          <FormControl.Label>Keys</FormControl.Label>
          <Select
            block
            value={settings.keys}
            onChange={(event) => change({ keys: event.target.value as Settings['keys'] })}
          >
            <Select.Option value="vscode">VS Code</Select.Option>
            <Select.Option value="vim">Vim</Select.Option>
          </Select>
          <FormControl.Caption>
            Vim’s work in the text. Those the page or the browser needs stay theirs, as {writtenKeys('Mod+P')}{' '}
            and {writtenKeys('Mod+W')}.
          </FormControl.Caption>
        </FormControl>
        <CheckboxGroup>
          <CheckboxGroup.Label>Editor</CheckboxGroup.Label>
          {SWITCHES.map(({ name, label }) => (
            <FormControl key={name}>
              <Checkbox
                checked={settings[name]}
                onChange={(event) => change({ [name]: event.target.checked } satisfies SettingsUpdate)}
              />
              <FormControl.Label>{label}</FormControl.Label>
            </FormControl>
          ))}
        </CheckboxGroup>
      </div>
    </Dialog>
  );
}
