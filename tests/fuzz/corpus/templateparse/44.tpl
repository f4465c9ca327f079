{{ break.x }}
