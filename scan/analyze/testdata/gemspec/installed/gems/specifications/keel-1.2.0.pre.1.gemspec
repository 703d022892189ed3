# -*- encoding: utf-8 -*-
# stub: keel 1.2.0.pre.1 ruby lib

Gem::Specification.new do |s|
  s.name = "keel".freeze
  s.version = "1.2.0.pre.1"

  s.required_rubygems_version = Gem::Requirement.new("> 1.3.1".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Plimsoll".freeze]
  s.date = "2026-11-25"
  s.licenses = ["MIT".freeze, "Apache-2.0".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "A \"keel\" with s.version = '9'".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version

  if s.respond_to? :specification_version then
    s.specification_version = 4
  end

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<hull>.freeze, ["~> 2.0"])
    s.add_development_dependency(%q<rig>.freeze, [">= 0"])
  else
    s.add_dependency(%q<hull>.freeze, ["~> 2.0"])
    s.add_dependency(%q<rig>.freeze, [">= 0"])
  end
end
