cat <<E
a 
E
