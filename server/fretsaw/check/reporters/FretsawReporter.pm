package FretsawReporter;

# Reports what Test::Builder (Test::More and its like) hears in this process, through a socket that only the runner's
# side holds. Loaded by PERL5OPT into every Perl that a check starts, before any code of the project.
use strict;
use warnings;

my $CHANNEL = 240;
my ( $socket, $key, %loading, %sent, %known );

sub quoted {
    my ($text) = @_;
    $text = substr( $text, 0, 2000 );
    $text =~ s/([^ !#-\[\]-~])/sprintf '\\u%04x', ord($1) & 0xffff/ge;
    return qq{"$text"};
}

sub record {
    my ( $what, %values ) = @_;
    my $more = join '', map { ", \"$_\": $values{$_}" } sort keys %values;
    syswrite $socket, qq({"key": "$key", "do": "$what"$more}) if $key;
}

sub begin {
    open( $socket, '+<&=', $CHANNEL ) or return;
    return if !-S $socket;
    syswrite( $socket, '{"do": "hello"}' ) or return;
    sysread( $socket, my $answer, 1 << 18 ) or return;
    ($key) = $answer =~ /"key": "(\w+)"/ or return;
    record( 'begin', runner => '"perl"' );
}

sub subs_of {
    my ($package) = @_;
    no strict 'refs';
    return map { ( "$package\::$_" => \&{"$package\::$_"} ) } grep { defined &{"$package\::$_"} } keys %{"$package\::"};
}

sub watch {
    my $ok = \&Test::Builder::ok;
    my $number = 0;
    no warnings 'redefine';
    *Test::Builder::ok = sub {
        my ( $self, $test, $name ) = @_;
        $number++;
        my $skipped = $self->in_todo;
        my $id      = "$0: " . ( defined $name && length $name ? "$name" : $number );
        my $outcome = $skipped ? 'skipped' : $test ? 'passed' : 'failed';
        if ( !$sent{$id} || $outcome eq 'failed' ) {
            $sent{$id} = $outcome;
            record( 'test', id => quoted($id), outcome => qq("$outcome") );
        }
        goto &$ok;
    };
    begin();
}

my %after = (
    'Test/Builder.pm' => sub { watch() if defined &Test::Builder::ok },
    'Test/More.pm'    => sub { },
);

unshift @INC, sub {
    my ( undef, $file ) = @_;
    return if !$after{$file} || $loading{$file};
    $loading{$file} = 1;
    for my $folder ( grep { !ref } @INC ) {
        next if !-e "$folder/$file";
        $INC{$file} = "$folder/$file";
        my $loaded = do "$folder/$file";
        die $@ if !$loaded && $@;
        $after{$file}->();
        my $package = $file eq 'Test/More.pm' ? 'Test::More' : 'Test::Builder';
        %known = ( %known, subs_of($package) );
        return \'1;';
    }
    return;
};

END {
    if ($key) {
        no strict 'refs';
        my @altered = sort grep { \&{$_} != $known{$_} } keys %known;
        splice @altered, 10 if @altered > 10;
        record( 'end', count => scalar( keys %sent ), altered => '[' . join( ', ', map { quoted("$_ was changed while the tests ran") } @altered ) . ']' );
    }
}

1;
