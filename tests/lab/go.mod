module sandstrap.dev/lab

go 1.26.0
