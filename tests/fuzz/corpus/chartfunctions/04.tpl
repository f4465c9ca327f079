{{ urlJoin (dict "c" (splitList "" "_0") "k" -2 1 (omit)) | default 1 }}
