cat <<E
a
E
