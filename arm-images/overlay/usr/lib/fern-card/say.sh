# say SENTENCE: on the console and in the journal, where standard output goes, and above each login prompt.
say() {
  printf '%s\n' "$1"
  mkdir -p "${card_root:-}/run/issue.d"
  printf '%s\n' "${1//\\/\\\\}" >>"${card_root:-}/run/issue.d/fern.issue"
}
