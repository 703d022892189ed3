# stub: spar 3.1.4 ruby lib

Gem::Specification.new do |s|
  s.name = NAME
  s.version = "3." + MINOR
  s.licenses = %w[Ruby BSD-2-Clause]
end
