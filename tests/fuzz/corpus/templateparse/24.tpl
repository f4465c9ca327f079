{{ set .Values.m "a" (list 1) }}
