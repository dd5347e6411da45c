/**
 * The one text form that encoder, duplicates and fingerprints share: NFC, lower case (Unicode default mapping, no
 * locale), every run of white space one space, none at the ends.
 */
export function normaliseText(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/gu, " ").trim();
}
