{{ .Values.m | len }} {{ len "é" }}
