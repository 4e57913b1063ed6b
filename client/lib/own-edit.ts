/** The origin of edits made for a person outside an editor, as when replacing in files: undone in it like typed ones. */
export class OwnEdit {}
