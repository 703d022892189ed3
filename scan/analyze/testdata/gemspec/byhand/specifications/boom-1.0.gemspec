Gem::Specification.new do |s|
  s.name = %q{boom}
  s.version = Gem::Version.new("1.0")
  s.licenses = [OTHER]
end
